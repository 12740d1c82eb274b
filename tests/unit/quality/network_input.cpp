#include "../../../src/quality/network_input.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

using namespace radforge;

namespace {

/// One grey image of 2 x 4.
at::Tensor image(std::initializer_list<int> values) { return at::tensor(std::vector<int>(values), at::kByte).view({1, 2, 4, 1}); }

double value(const at::Tensor& x, std::int64_t channel, std::int64_t row, std::int64_t column) {
  return x[0][channel][row][column].item<double>();
}

} // namespace

TEST_CASE("an image is scaled by its own least and greatest value, or by the range of bytes") {
  const at::Tensor bytes = image({10, 20, 30, 40, 50, 60, 70, 110});
  NetworkInputConfig config{.channels = 1, .low = -1024, .high = 1024};
  at::Tensor input = network_input(bytes, config);
  CHECK(input.sizes() == at::IntArrayRef({1, 1, 2, 4}));
  CHECK(value(input, 0, 0, 0) == -1024);
  CHECK(value(input, 0, 1, 3) == 1024);
  CHECK(value(input, 0, 1, 1) == Approx(0).margin(1e-3));
  config.scaling = "fixed";
  input = network_input(bytes, config);
  CHECK(value(input, 0, 0, 0) == Approx(10 / 255.0 * 2048 - 1024));
}

TEST_CASE("areas are averaged before an image is scaled, as MONAI's Resize and ScaleIntensity do") {
  const at::Tensor bytes = image({0, 20, 100, 100, 0, 20, 100, 200});
  const at::Tensor input = network_input(bytes, {.size = 1, .channels = 1, .scaling = "fixed"});
  CHECK(value(input, 0, 0, 0) == Approx(540 / 8.0));
  const at::Tensor two = network_input(bytes, {.size = 2, .channels = 1});
  CHECK(value(two, 0, 0, 0) == 0);
  CHECK(value(two, 0, 0, 1) == Approx((100 - 10) / (150.0 - 10) * 255));
  CHECK(value(two, 0, 1, 1) == 255);
}

TEST_CASE("a grey image is repeated and normalised a channel at a time") {
  const at::Tensor input =
      network_input(image({0, 0, 0, 0, 0, 0, 0, 9}), {.channels = 3, .low = 0, .high = 1, .normalization = "imagenet"});
  CHECK(value(input, 0, 0, 0) == Approx(-0.485 / 0.229));
  CHECK(value(input, 1, 1, 3) == Approx((1 - 0.456) / 0.224));
  CHECK(value(input, 2, 1, 3) == Approx((1 - 0.406) / 0.225));
}

TEST_CASE("an image of one value becomes low and no infinity") {
  CHECK(value(network_input(at::full({1, 4, 4, 1}, 77, at::kByte), {.channels = 1, .low = -1}), 0, 2, 2) == -1);
}

TEST_CASE("colour is for networks that take as many channels") {
  CHECK_THROWS_AS(network_input(at::full({1, 4, 4, 3}, 77, at::kByte), {.channels = 1}), ConfigError);
  CHECK(network_input(at::full({1, 4, 4, 3}, 77, at::kByte), {.channels = 3}).size(1) == 3);
}

TEST_CASE("for a network that was trained here images stay bytes") {
  const at::Tensor bytes = image({10, 20, 30, 40, 50, 60, 70, 110});
  CHECK(at::equal(network_bytes(bytes, {.scaling = "fixed"}, 0), bytes));
  const at::Tensor stretched = network_bytes(bytes, {}, 0);
  CHECK(stretched.sizes() == bytes.sizes());
  CHECK(stretched.min().item<int>() == 0);
  CHECK(stretched.max().item<int>() == 255);
  CHECK(network_bytes(bytes, {}, 2).sizes() == at::IntArrayRef({1, 2, 2, 1}));
}
