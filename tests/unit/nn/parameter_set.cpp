#include "radforge/nn/parameter_set.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros_like.h>

using namespace radforge;

namespace {

struct Pair {
  explicit Pair(const ParameterScope& scope) {
    scope.add("first", {2, 3}, Init::uniform(0.5), first);
    (scope / "inner").add("second", {5}, Init::normal(2), second);
  }
  at::Tensor first;
  at::Tensor second;
};

} // namespace

TEST_CASE("parameters are views of one flat buffer, each on a cache line") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters)};
  parameters.allocate(1);
  CHECK(parameters.num_parameters() == 11);
  CHECK(parameters.entries()[1].name == "inner.second");
  CHECK(parameters.entries()[1].offset == 16);
  parameters.flat().fill_(3);
  CHECK(pair.first.sum().item<float>() == 18);
  CHECK(pair.second.sizes() == at::IntArrayRef{5});
}

TEST_CASE("gradients add up in the flat buffer and padding stays zero") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters)};
  parameters.allocate(1);
  for (int i = 0; i < 2; ++i) {
    pair.first.mul(3).sum().add(pair.second.sum()).backward();
  }
  CHECK(parameters.flat_gradient().narrow(0, 0, 6).eq(6).all().item<bool>());
  CHECK(parameters.flat_gradient().narrow(0, 16, 5).eq(2).all().item<bool>());
  CHECK(parameters.flat_gradient().sum().item<float>() == 6 * 6 + 5 * 2);
}

TEST_CASE("initial values are keyed by name, not by order or company") {
  ParameterSet one;
  const Pair pair{ParameterScope(one)};
  one.allocate(5);

  ParameterSet other;
  at::Tensor before;
  at::Tensor second;
  other.add("before", {100}, Init::normal(1), before);
  other.add("inner.second", {5}, Init::normal(2), second);
  other.allocate(5);
  CHECK(at::equal(pair.second, second));

  ParameterSet reseeded;
  const Pair changed{ParameterScope(reseeded)};
  reseeded.allocate(6);
  CHECK_FALSE(at::equal(pair.second, changed.second));
  CHECK(pair.first.abs().max().item<float>() <= 0.5F);
}

TEST_CASE("weights load by name, and every misfit is listed") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters, "model.")};
  parameters.allocate(1);
  StateDict state = parameters.views(at::zeros_like(parameters.flat()), "model.");
  parameters.load(parameters.flat(), state, "model.");
  CHECK(pair.first.abs().max().item<float>() == 0);

  state["extra"] = at::ones({1}).to(at::kHalf);
  state["first"] = at::ones({3, 2});
  state.erase("inner.second");
  CHECK_THROWS_WITH(parameters.load(parameters.flat(), state, "model.", "weights of a.safetensors"),
                    Catch::Contains("weights of a.safetensors do not fit the model (3 differences from its 2 tensors)") &&
                        Catch::Contains("'extra' is unexpected, found Half [1]") &&
                        Catch::Contains("'first': expected Float [2, 3], found Float [3, 2] (transposed)") &&
                        Catch::Contains("'inner.second' is missing, expected Float"));
  state["first"] = at::ones({2, 3}).to(at::kInt);
  CHECK_THROWS_WITH(parameters.load(parameters.flat(), state, "model."),
                    Catch::Contains("'first': expected Float [2, 3], found Int [2, 3] (not a floating type)"));
  state["first"] = at::ones({2, 4});
  CHECK_THROWS_WITH(parameters.load(parameters.flat(), state, "model."), Catch::Contains("found Float [2, 4] (another shape)"));
  CHECK(pair.first.abs().max().item<float>() == 0);
}

TEST_CASE("ScopedWeights lends the layers another buffer and gives the trained one back") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters)};
  parameters.allocate(1);
  const float trained = pair.first.sum().item<float>();
  {
    const at::Tensor ones = at::ones(parameters.flat().sizes());
    const ScopedWeights scoped(parameters, ones);
    CHECK(pair.first.sum().item<float>() == 6);
    CHECK_FALSE(pair.first.requires_grad());
  }
  CHECK(pair.first.sum().item<float>() == trained);
  CHECK(pair.first.requires_grad());
}

TEST_CASE("weights of any floating type load into parameters of any") {
  const at::ScalarType stored = GENERATE(at::kDouble, at::kFloat, at::kHalf, at::kBFloat16);
  const at::ScalarType held = GENERATE(at::kFloat, at::kHalf, at::kBFloat16);
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters)};
  parameters.allocate_frozen(held);
  StateDict state = parameters.views(at::ones(parameters.flat().sizes()).mul(1.5).to(stored));
  parameters.load(parameters.flat(), state);
  CHECK(pair.first.scalar_type() == held);
  CHECK(at::equal(pair.first, at::ones({2, 3}).mul(1.5).to(held)));
}

TEST_CASE("frozen parameters have no gradients") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters)};
  parameters.allocate_frozen();
  CHECK_FALSE(pair.first.requires_grad());
  CHECK_FALSE(parameters.flat_gradient().defined());
}

TEST_CASE("state that is not trained has a flat tensor of its own and loads with the weights") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters, "model.")};
  CHECK_FALSE(parameters.flat_buffers().defined());
  at::Tensor mean;
  at::Tensor variance;
  const ParameterScope scope(parameters, "model.");
  scope.add_buffer("mean", {3}, Init::constant(0), mean);
  scope.add_buffer("variance", {3}, Init::constant(1), variance);
  scope.ignore("steps");
  parameters.allocate(1);
  CHECK(parameters.num_parameters() == 11);
  CHECK(parameters.buffer_entries()[1].offset == 16);
  CHECK(parameters.flat_buffers().sum().item<float>() == 3);
  CHECK_FALSE(variance.requires_grad());

  StateDict state = parameters.views(at::zeros_like(parameters.flat()), "model.");
  state["mean"] = at::ones({3});
  state["variance"] = at::ones({3}).mul(4);
  state["steps"] = at::ones({});
  parameters.load(parameters.flat(), state, "model.");
  CHECK(parameters.flat_buffers().sum().item<float>() == 15);
  CHECK(variance.eq(4).all().item<bool>());
  CHECK(pair.first.abs().max().item<float>() == 0);

  state["variance"] = at::ones({4});
  state.erase("mean");
  state["inner.steps"] = at::ones({});
  CHECK_THROWS_WITH(parameters.load(parameters.flat(), state, "model."),
                    Catch::Contains("'mean' is missing") && Catch::Contains("'variance': expected Float [3], found Float [4]") &&
                        Catch::Contains("'inner.steps' is unexpected"));
}

TEST_CASE("a set without such state has none and a frozen one starts from its constants") {
  ParameterSet plain;
  const Pair pair{ParameterScope(plain)};
  plain.allocate(1);
  CHECK_FALSE(plain.flat_buffers().defined());
  CHECK(plain.buffer_views().empty());

  ParameterSet frozen;
  at::Tensor weight;
  at::Tensor variance;
  frozen.add("weight", {2}, Init::constant(1), weight);
  frozen.add_buffer("variance", {2}, Init::constant(1), variance);
  frozen.allocate_frozen();
  CHECK(variance.eq(1).all().item<bool>());
  CHECK_THROWS_AS(frozen.add_buffer("late", {2}, Init::constant(1), weight), InternalError);
}

TEST_CASE("layers in bf16 compute with a copy of the fp32 weights and their gradients add up in fp32") {
  ParameterSet parameters;
  const Pair pair{ParameterScope(parameters)};
  parameters.allocate(1, at::kBFloat16);
  CHECK(pair.first.scalar_type() == at::kBFloat16);
  CHECK(parameters.flat().scalar_type() == at::kFloat);
  CHECK(at::equal(parameters.flat_working(), parameters.flat().to(at::kBFloat16)));

  // 1 and 1/512 in bf16: their sum has no bf16 number.
  pair.first.mul(1.0).sum().backward();
  pair.first.mul(1.0 / 512).sum().backward();
  const at::Tensor gradient = parameters.views(parameters.flat_gradient()).begin()->second;
  CHECK(gradient.scalar_type() == at::kFloat);
  CHECK(parameters.flat_gradient().max().item<float>() == 1 + 1.0F / 512);

  parameters.flat().fill_(3);
  CHECK(pair.first.max().item<float>() < 3);
  parameters.refresh();
  CHECK(pair.first.eq(3).all().item<bool>());

  const at::Tensor other = at::zeros_like(parameters.flat());
  {
    const ScopedWeights scope(parameters, other);
    CHECK(pair.first.scalar_type() == at::kBFloat16);
    CHECK(pair.first.eq(0).all().item<bool>());
  }
  CHECK(pair.first.eq(3).all().item<bool>());
}

TEST_CASE("a prefix names a range of the flat buffer") {
  ParameterSet parameters;
  const Pair one{ParameterScope(parameters, "one.")};
  const Pair two{ParameterScope(parameters, "two.")};
  parameters.allocate(1);
  const FlatRange range = parameters.range("two.");
  CHECK(range.first == parameters.entries()[2].offset);
  CHECK(range.end() == parameters.entries()[3].offset + parameters.entries()[3].count);
  CHECK(parameters.range("one.").first == 0);
  CHECK_THROWS_AS(parameters.range("three."), InternalError);
}
