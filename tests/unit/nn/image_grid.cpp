#include "radforge/nn/image_grid.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

using namespace radforge;

TEST_CASE("values from -1 to 1 become 0 to 255 and channels come last") {
  const at::Tensor images = at::tensor({-1.0F, 1.0F, -2.0F, 3.0F, 0.0F, -0.99F}).view({1, 3, 1, 2});
  const at::Tensor bytes = image_bytes(images);
  CHECK(bytes.sizes() == at::IntArrayRef({1, 1, 2, 3}));
  CHECK(bytes.is_contiguous());
  CHECK(at::equal(bytes.flatten(), at::tensor({0, 0, 128, 255, 255, 1}, at::kByte))); // 127.5 to the even 128
}

TEST_CASE("a grid shows each image once, in the order of reading") {
  at::Tensor images = at::empty({3, 1, 4, 4}, at::kByte);
  for (int i = 0; i < 3; ++i) {
    images[i].fill_(10 * (i + 1));
  }
  const Image grid = image_grid(images, 2);
  CHECK(grid.channels == 1);
  CHECK(grid.height == 2 * 6 + 2);
  CHECK(grid.width == 2 * 6 + 2);
  const auto at = [&](int y, int x) { return grid.pixels[static_cast<std::size_t>(y * grid.width + x)]; };
  CHECK(at(2, 2) == 10);
  CHECK(at(2, 8) == 20);
  CHECK(at(8, 2) == 30);
  CHECK(std::ranges::count(grid.pixels, 20) == 16);
  CHECK(image_grid(at::full({3, 3, 4, 4}, 0.5), 8).channels == 3);
}

TEST_CASE("bytes and the values they stand for make the same grid") {
  const at::Tensor bytes = at::full({2, 3, 2, 2}, 51, at::kByte);
  CHECK(image_grid(bytes, 2).pixels == image_grid(bytes.to(at::kFloat).div(127.5).sub(1), 2).pixels);
}

TEST_CASE("what is not finite is black in a grid") {
  const float infinity = std::numeric_limits<float>::infinity();
  const at::Tensor images = at::tensor({std::numeric_limits<float>::quiet_NaN(), infinity, -infinity, 1.0F}).view({1, 1, 2, 2});
  const Image grid = image_grid(images, 1);
  CHECK(std::ranges::count(grid.pixels, 0) == 3);
}

TEST_CASE("a tensor that is no batch of images makes no grid") {
  CHECK_THROWS_AS(image_grid(at::zeros({1, 4, 4}), 1), InternalError);
  CHECK_THROWS_AS(image_grid(at::zeros({0, 1, 4, 4}), 1), InternalError);
  CHECK_THROWS_AS(image_grid(at::zeros({1, 2, 4, 4}), 1), InternalError);
}
