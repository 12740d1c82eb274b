#include "radforge/nn/winograd.hpp"

#include "radforge/nn/layers.hpp"

#include "gradients_of.hpp"
#include "random_tensor.hpp"
#include "thread_count.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>

#include <array>
#include <cmath>
#include <limits>

using namespace radforge;

namespace {

constexpr auto nhwc = at::MemoryFormat::ChannelsLast;
constexpr std::array<std::int64_t, 2> ones{1, 1};

at::Tensor ours(const Inputs& in) { return winograd_conv2d(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor()); }
at::Tensor plain(const Inputs& in) { return at::conv2d(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor(), ones, ones); }

Inputs inputs(std::int64_t images, std::int64_t in, std::int64_t out, std::int64_t height, std::int64_t width) {
  return {random_tensor(1, {images, in, height, width}).contiguous(nhwc),
          random_tensor(2, {out, in, 3, 3}).contiguous(nhwc).div(10), random_tensor(3, {out})};
}

} // namespace

TEST_CASE("a convolution by Winograd is ATen's in double precision with its gradients") {
  const auto [images, in, out, height, width] = GENERATE(table<std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                                               std::int64_t>(
      {{1, 32, 64, 8, 8}, {4, 64, 32, 4, 4}, {3, 64, 64, 9, 13}, {2, 32, 96, 11, 8}, {5, 128, 64, 16, 16}, {2, 320, 64, 8, 10}}));
  const Inputs given = inputs(images, in, out, height, width);
  const at::Tensor dy = random_tensor(4, {images, out, height, width});
  REQUIRE(winograd_serves(given[0], given[1]));
  CHECK(worst_difference(output_and_gradients(ours, given, dy, at::kFloat), output_and_gradients(plain, given, dy, at::kDouble)) <
        3e-6);
  const Inputs without_bias{given[0], given[1]};
  CHECK(worst_difference(output_and_gradients(ours, without_bias, dy, at::kFloat),
                         output_and_gradients(plain, without_bias, dy, at::kDouble)) < 3e-6);
}

TEST_CASE("a convolution by Winograd is nearer to the truth than ATen's in single precision") {
  const Inputs given = inputs(4, 128, 128, 16, 16);
  const at::Tensor dy = random_tensor(4, {4, 128, 16, 16});
  const auto exact = output_and_gradients(plain, given, dy, at::kDouble);
  const auto winograd = output_and_gradients(ours, given, dy, at::kFloat);
  const auto direct = output_and_gradients(plain, given, dy, at::kFloat);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(winograd[i].sub(exact[i]).norm().item<double>() < direct[i].sub(exact[i]).norm().item<double>());
  }
}

TEST_CASE("a convolution by Winograd gives only the gradients that are asked for") {
  const Inputs in = inputs(2, 32, 64, 8, 8);
  const at::Tensor x = in[0].detach().requires_grad_(true);
  winograd_conv2d(x, in[1], in[2]).sum().backward();
  const at::Tensor expected = in[0].detach().requires_grad_(true);
  plain({expected, in[1], in[2]}).sum().backward();
  CHECK(worst_difference({x.grad()}, {expected.grad()}) < 3e-6);
  const at::Tensor weight = in[1].detach().requires_grad_(true);
  winograd_conv2d(in[0], weight, in[2]).sum().backward();
  CHECK_FALSE(in[0].grad().defined());
  CHECK_FALSE(in[2].grad().defined());
  CHECK(weight.grad().is_contiguous(nhwc));
}

TEST_CASE("a convolution by Winograd is rectified, and onto another, in the same pass") {
  const Inputs in = inputs(2, 32, 64, 9, 8);
  const at::Tensor other = random_tensor(5, {2, 64, 9, 8}).contiguous(nhwc);
  const c10::NoGradGuard without_gradients;
  const at::Tensor y = ours(in);
  CHECK(at::equal(winograd_conv2d_rectified(in[0], in[1], in[2]), at::relu(y)));
  CHECK(at::equal(winograd_conv2d_rectified(in[0], in[1], in[2], other), at::relu(y.add(other))));
  CHECK(at::equal(winograd_conv2d_rectified(in[0], in[1], in[2], other.contiguous()), at::relu(y.add(other))));
}

TEST_CASE("what is not a number stays so where a convolution by Winograd is rectified") {
  const Inputs in = inputs(1, 32, 64, 8, 8);
  const float sign = GENERATE(1.0F, -1.0F); // what processors make of infinity less infinity has one
  in[0][0][3][4][4] = std::copysign(std::numeric_limits<float>::quiet_NaN(), sign);
  const c10::NoGradGuard without_gradients;
  CHECK(winograd_conv2d_rectified(in[0], in[1], in[2]).select(2, 4).select(2, 4).isnan().all().item<bool>());
}

TEST_CASE("Conv2d goes by Winograd where that serves") {
  ParameterSet parameters;
  const Conv2d conv(ParameterScope(parameters), 32, 64);
  parameters.allocate(1);
  const at::Tensor x = inputs(2, 32, 64, 8, 8)[0];
  const at::Tensor other = random_tensor(5, {2, 64, 8, 8}).contiguous(nhwc);
  CHECK(at::equal(conv(x), winograd_conv2d(x, conv.weight, conv.bias)));
  const c10::NoGradGuard without_gradients;
  CHECK(at::equal(conv.rectified(x), winograd_conv2d_rectified(x, conv.weight, conv.bias)));
  CHECK(at::equal(conv.rectified_onto(other, x), winograd_conv2d_rectified(x, conv.weight, conv.bias, other)));
}

TEST_CASE("a convolution by Winograd gives the same bits on one thread and on two, and image by image") {
  const ThreadCount restored;
  const Inputs given = inputs(6, 64, 64, 12, 10);
  const at::Tensor dy = random_tensor(4, {6, 64, 12, 10});
  restored.set(1);
  const auto one = output_and_gradients(ours, given, dy, at::kFloat);
  restored.set(2);
  const auto two = output_and_gradients(ours, given, dy, at::kFloat);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(at::equal(one[i], two[i]));
  }
  std::vector<at::Tensor> parts;
  for (std::int64_t i = 0; i < 6; ++i) {
    parts.push_back(ours({given[0].narrow(0, i, 1), given[1], given[2]}));
  }
  CHECK(at::equal(at::cat(parts).to(at::kDouble), one[0]));
}

TEST_CASE("what Winograd's convolution does not take, it says") {
  const at::Tensor weight = random_tensor(2, {64, 32, 3, 3});
  const at::Tensor x = random_tensor(1, {1, 32, 8, 8}).contiguous(nhwc);
  CHECK(winograd_serves(x, weight));
  CHECK_FALSE(winograd_serves(x.contiguous(), weight));
  CHECK_FALSE(winograd_serves(x.to(at::kBFloat16), weight.to(at::kBFloat16)));
  CHECK_FALSE(winograd_serves(x.narrow(0, 0, 0), weight));
  CHECK_FALSE(winograd_serves(random_tensor(1, {1, 32, 3, 8}).contiguous(nhwc), weight));
  CHECK_FALSE(winograd_serves(random_tensor(1, {1, 48, 8, 8}).contiguous(nhwc), random_tensor(2, {64, 48, 3, 3})));
  CHECK_FALSE(winograd_serves(x, random_tensor(2, {48, 32, 3, 3})));
}
