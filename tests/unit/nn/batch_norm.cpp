#include "radforge/nn/batch_norm.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

using namespace radforge;

namespace {

struct Norm {
  explicit Norm(std::int64_t channels) : norm(ParameterScope(parameters, "bn."), channels) { parameters.allocate(1); }
  ParameterSet parameters;
  BatchNorm2d norm;
};

// Two images of one row: channel 0 holds 1, 3, 5, 7 (mean 4, variance 5, unbiased 20/3), channel 1 twos.
at::Tensor two_channels() { return at::tensor({1.F, 3.F, 2.F, 2.F, 5.F, 7.F, 2.F, 2.F}).view({2, 2, 1, 2}); }

} // namespace

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
