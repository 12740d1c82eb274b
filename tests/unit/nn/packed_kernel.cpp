#include "radforge/nn/packed_kernel.hpp"

#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/layers.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>

#include <array>

using namespace radforge;

namespace {

struct Fixture {
  explicit Fixture(ConvShape shape = {}) : conv(ParameterScope(parameters), 24, 40, shape) {}

  void fill() { parameters.flat().copy_(at::randn(parameters.flat().sizes()).mul(0.1)); }
  at::Tensor plain(const at::Tensor& x) const {
    const std::array stride{conv.shape.stride, conv.shape.stride};
    const std::array padding{conv.shape.padding, conv.shape.padding};
    return at::conv2d(x, conv.weight, conv.bias, stride, padding);
  }

  ParameterSet parameters;
  Conv2d conv;
  at::Tensor x = channels_last(at::randn({3, 24, 9, 7}));
};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return a.sub(b).abs().max().item<double>() / b.abs().max().item<double>();
}

} // namespace

TEST_CASE("a convolution with frozen weights gives what it gives with others, rectified and added to as well") {
  const ConvShape shape = GENERATE(ConvShape{3, 1, 1}, ConvShape{3, 2, 1}, ConvShape{1, 1, 0}, ConvShape{1, 2, 0});
  Fixture frozen(shape);
  frozen.parameters.allocate_frozen();
  frozen.fill();
  const c10::NoGradGuard no_grad;
  REQUIRE(frozen.conv.packed.serves(frozen.x, frozen.conv.weight));
  const at::Tensor expected = frozen.plain(frozen.x);
  CHECK(difference(frozen.conv(frozen.x), expected) < 2e-6);
  CHECK(difference(frozen.conv.rectified(frozen.x), at::relu(expected)) < 2e-6);
  const at::Tensor other = channels_last(at::randn(expected.sizes()));
  CHECK(difference(frozen.conv.rectified_onto(other, frozen.x), at::relu(expected.add(other))) < 2e-6);
  CHECK(frozen.conv(frozen.x).is_contiguous(at::MemoryFormat::ChannelsLast));
  const at::Tensor pixel = channels_last(at::randn({3, 24, 1, 1})); // whose order of channels nobody can tell
  const at::Tensor of_pixel = frozen.plain(pixel);
  CHECK(difference(frozen.conv.rectified_onto(at::ones_like(of_pixel), pixel), at::relu(of_pixel.add(1))) < 2e-6);
  const at::Tensor another = channels_last(at::randn({5, 24, 4, 4})); // than it was packed for
  CHECK(difference(frozen.conv(another), frozen.plain(another)) < 2e-6);
}

TEST_CASE_METHOD(Fixture, "weights that are loaded anew are packed anew") {
  parameters.allocate_frozen();
  const c10::NoGradGuard no_grad;
  for (int i = 0; i < 2; ++i) {
    fill();
    CHECK(difference(conv(x), plain(x)) < 2e-6);
  }
}

TEST_CASE_METHOD(Fixture, "weights that are trained are never packed, whatever they are swapped for") {
  parameters.allocate(1);
  const c10::NoGradGuard no_grad;
  CHECK_FALSE(conv.packed.serves(x, conv.weight));
  at::Tensor average = parameters.flat().clone();
  for (int i = 0; i < 2; ++i) {
    float* values = average.mutable_data_ptr<float>(); // as an optimizer's kernel writes: no tensor knows
    values[0] += 1;
    const ScopedWeights swapped(parameters, average);
    CHECK(at::equal(conv(x), plain(x)));
  }
}

TEST_CASE_METHOD(Fixture, "where a gradient is asked for frozen weights take the usual way") {
  parameters.allocate_frozen();
  fill();
  x.set_requires_grad(true);
  CHECK_FALSE(conv.packed.serves(x, conv.weight));
  conv(x).square().sum().backward();
  CHECK(x.grad().abs().max().item<double>() > 0);
}
