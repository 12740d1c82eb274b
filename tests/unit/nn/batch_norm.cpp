#include "radforge/nn/batch_norm.hpp"

#include "radforge/core/error.hpp"

#include "radforge/nn/group_norm.hpp"

#include "gradients_of.hpp"
#include "random_tensor.hpp"
#include "thread_count.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/var_mean.h>

#include <cstdint>
#include <tuple>

using namespace radforge;

namespace {

struct Norm {
  explicit Norm(std::int64_t channels) : norm(ParameterScope(parameters, "bn."), channels) { parameters.allocate(1); }
  ParameterSet parameters;
  BatchNorm2d norm;
};

// Two images of one row: channel 0 holds 1, 3, 5, 7 (mean 4, variance 5, unbiased 20/3), channel 1 twos.
at::Tensor two_channels() { return at::tensor({1.F, 3.F, 2.F, 2.F, 5.F, 7.F, 2.F, 2.F}).view({2, 2, 1, 2}); }

constexpr auto nhwc = at::MemoryFormat::ChannelsLast;

/// Images, weights and biases. Means are far from zero, beside which the channels vary little.
Inputs inputs(std::int64_t images, std::int64_t channels, std::int64_t height, std::int64_t width) {
  return {random_tensor(1, {images, channels, height, width}).add(random_tensor(2, {1, channels, 1, 1}).mul(5)).contiguous(nhwc),
          random_tensor(3, {channels}), random_tensor(4, {channels})};
}

at::Tensor ours(const Inputs& in) { return batch_norm(in[0], in[1], in[2], 1e-5).y; }
at::Tensor plain(const Inputs& in) { return at::batch_norm(in[0], in[1], in[2], {}, {}, true, 0.1, 1e-5, false); }

} // namespace

TEST_CASE("batch normalisation is ATen's in double precision with its gradients") {
  const auto [images, channels, height, width] = GENERATE(table<std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
      {{2, 3, 1, 1}, {1, 5, 3, 2}, {16, 64, 8, 8}, {32, 100, 9, 7}, {8, 512, 2, 2}}));
  const Inputs given = inputs(images, channels, height, width);
  REQUIRE(batch_norm_serves(given[0]));
  const at::Tensor dy = random_tensor(5, given[0].sizes().vec());
  const std::vector<at::Tensor> exact = output_and_gradients(plain, given, dy, at::kDouble);
  CHECK(worst_difference(output_and_gradients(ours, given, dy, at::kFloat), exact) < 2e-5);

  const NormalisedBatch found = batch_norm(given[0], given[1], given[2], 1e-5);
  const auto [variance, mean] = at::var_mean(given[0].to(at::kDouble), at::IntArrayRef{0, 2, 3}, 0);
  CHECK(worst_difference({found.mean, found.variance}, {mean, variance}) < 4e-6);
}

TEST_CASE("batch normalisation's gradients of images and weights are nearer to the truth than ATen's") {
  const Inputs given = inputs(32, 64, 32, 32);
  const at::Tensor dy = random_tensor(5, given[0].sizes().vec());
  const std::vector<at::Tensor> exact = output_and_gradients(plain, given, dy, at::kDouble);
  const std::vector<at::Tensor> blocks = output_and_gradients(ours, given, dy, at::kFloat);
  const std::vector<at::Tensor> theirs = output_and_gradients(plain, given, dy, at::kFloat);
  for (const std::size_t i : {1, 2}) {
    CHECK(blocks[i].sub(exact[i]).norm().item<double>() < theirs[i].sub(exact[i]).norm().item<double>());
  }
}

TEST_CASE("batch normalisation has the same bits on any number of threads") {
  const Inputs given = inputs(8, 64, 16, 16);
  const at::Tensor dy = random_tensor(5, given[0].sizes().vec());
  const ThreadCount threads;
  threads.set(1);
  const std::vector<at::Tensor> one = output_and_gradients(ours, given, dy, at::kFloat);
  threads.set(3);
  const std::vector<at::Tensor> three = output_and_gradients(ours, given, dy, at::kFloat);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(at::equal(one[i], three[i]));
  }
}

TEST_CASE("the running statistics move alike in both layouts of memory") {
  const at::Tensor x = inputs(4, 6, 5, 3)[0];
  Norm here(6);
  Norm there(6);
  const at::Tensor y = here.norm(x, ForwardMode::train);
  CHECK(worst_difference({y}, {there.norm(x.contiguous(), ForwardMode::train)}) < 1e-6);
  CHECK(worst_difference({here.norm.running_mean, here.norm.running_var}, {there.norm.running_mean, there.norm.running_var}) <
        1e-6);
}

TEST_CASE("batch normalisation of bf16 is that of fp32, rounded") {
  const Inputs given = inputs(4, 32, 6, 6);
  const at::Tensor x = given[0].to(at::kBFloat16);
  const at::Tensor wide = batch_norm(x.to(at::kFloat), given[1], given[2], 1e-5).y;
  CHECK(at::equal(batch_norm(x, given[1], given[2], 1e-5).y, wide.to(at::kBFloat16)));
}

TEST_CASE("batch normalisation starts as PyTorch's and registers its statistics as state") {
  Norm fixture(2);
  CHECK(fixture.parameters.num_parameters() == 4);
  CHECK(fixture.norm.weight.eq(1).all().item<bool>());
  CHECK(fixture.norm.bias.eq(0).all().item<bool>());
  const StateDict state = fixture.parameters.buffer_views("bn.");
  CHECK(state.at("running_mean").eq(0).all().item<bool>());
  CHECK(state.at("running_var").eq(1).all().item<bool>());
  CHECK_FALSE(state.at("running_var").requires_grad());
}

TEST_CASE("in training the batch is normalised and the running statistics move by a tenth") {
  Norm fixture(2);
  const at::Tensor y = fixture.norm(two_channels(), ForwardMode::train);
  CHECK(y[0][0][0][0].item<float>() == Approx(-3 / std::sqrt(5 + 1e-5)).epsilon(1e-6));
  CHECK(y[1][1][0][1].item<float>() == Approx(0).margin(1e-6));
  CHECK(fixture.norm.running_mean[0].item<float>() == Approx(0.4).epsilon(1e-6));
  CHECK(fixture.norm.running_var[0].item<float>() == Approx(0.9 + 0.1 * 20 / 3).epsilon(1e-6));
  CHECK(fixture.norm.running_mean[1].item<float>() == Approx(0.2).epsilon(1e-6));
  CHECK(fixture.norm.running_var[1].item<float>() == Approx(0.9).epsilon(1e-6));
  // They are the flat state itself.
  CHECK(fixture.parameters.buffer_views().at("bn.running_mean")[0].item<float>() == Approx(0.4).epsilon(1e-6));
}

TEST_CASE("in evaluation the running statistics are used and stay") {
  Norm fixture(2);
  fixture.norm.running_mean.fill_(1);
  fixture.norm.running_var.fill_(4);
  const at::Tensor y = fixture.norm(two_channels(), ForwardMode::evaluate);
  CHECK(y[1][0][0][1].item<float>() == Approx(6 / std::sqrt(4 + 1e-5)).epsilon(1e-6));
  CHECK(fixture.norm.running_mean.eq(1).all().item<bool>());
  CHECK(fixture.norm.running_var.eq(4).all().item<bool>());
}

TEST_CASE("training on one value a channel is refused") {
  Norm fixture(2);
  const at::Tensor x = at::tensor({1.F, 2.F}).view({1, 2, 1, 1});
  CHECK_THROWS_AS(fixture.norm(x, ForwardMode::train), ConfigError);
  CHECK_NOTHROW(fixture.norm(x, ForwardMode::evaluate));
  CHECK(fixture.norm.running_mean.eq(0).all().item<bool>());
}
