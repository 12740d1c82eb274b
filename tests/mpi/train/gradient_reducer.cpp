#include "../../../src/train/gradient_reducer.hpp"

#include "mpi_world.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/layers.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>

#include <numeric>

using namespace radforge;

namespace {

constexpr std::int64_t num_images = 24;

/// Three layers, so that there are several buckets, and a parameter that the loss does not depend on.
struct Model {
  explicit Model(at::ScalarType type = at::kFloat)
      : unused(ParameterScope(parameters, "unused."), 3, 5), first(ParameterScope(parameters, "first."), 6, 40),
        second(ParameterScope(parameters, "second."), 40, 30), third(ParameterScope(parameters, "third."), 30, 1) {
    parameters.allocate(5, type);
  }

  /// Adds the gradients of images [begin, end), one backward pass.
  void backward(std::int64_t begin, std::int64_t end) {
    std::vector<RandomKey> keys;
    for (std::int64_t id = begin; id < end; ++id) {
      keys.push_back({7, Stream::noise, static_cast<std::uint64_t>(id), 0});
    }
    const at::Tensor x = keyed_normals(keys, {6}).to(parameters.flat_working().scalar_type());
    third(second(first(x).relu()).relu()).square().sum().to(at::kFloat).div(num_images).backward();
  }

  ParameterSet parameters;
  Linear unused;
  Linear first;
  Linear second;
  Linear third;
};

at::Tensor reduced(Model& model, const LoopConfig& loop, std::int64_t part_size, Communicator& ranks) {
  const std::unique_ptr<GradientReducer> reducer = make_gradient_reducer(loop, model.parameters, ranks);
  for (int step = 0; step < 2; ++step) { // the second finds what the first left
    reducer->begin_step();
    const std::int64_t begin = ranks.rank() * num_images / ranks.size();
    const std::int64_t end = (ranks.rank() + 1) * num_images / ranks.size();
    for (std::int64_t first = begin; first < end; first += part_size) {
      reducer->begin_part(first + part_size >= end ? GradientReducer::Part::last : GradientReducer::Part::more_follow);
      model.backward(first, std::min(first + part_size, end));
      reducer->end_part();
    }
    reducer->finish();
  }
  return model.parameters.flat_gradient().clone();
}

at::Tensor alone(at::ScalarType type = at::kFloat) {
  Model model(type);
  model.parameters.flat_gradient().zero_();
  model.backward(0, num_images);
  return model.parameters.flat_gradient().clone();
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return a.sub(b).abs().max().item<double>() / b.abs().max().item<double>();
}

} // namespace

TEST_CASE("buckets of any size add up the gradient of all ranks and parts") {
  LoopConfig loop;
  loop.bucket_mb = GENERATE(0.0001, 0.002, 4.0);
  const std::int64_t part_size = GENERATE(1, 3, 24);
  Model model;
  CHECK(difference(reduced(model, loop, part_size, test_world()), alone()) < 1e-6);
}

TEST_CASE("a gradient that travels in bf16 is rounded, and no more") {
  LoopConfig loop;
  loop.bucket_mb = 0.002;
  loop.reduction_precision = "bf16";
  Model model;
  const double error = difference(reduced(model, loop, 24, test_world()), alone());
  CHECK(error < 0.01);
  CHECK((error > 1e-5) == (test_world().size() > 1));
}

TEST_CASE("gradients of layers in bf16 add up in fp32") {
  LoopConfig loop;
  Model model(at::kBFloat16);
  const at::Tensor sum = reduced(model, loop, 1, test_world());
  CHECK(sum.scalar_type() == at::kFloat);
  CHECK(difference(sum, alone()) < 0.03);
  // One image at a time, a sum in bf16 would lose what a bf16 number cannot hold.
  CHECK_FALSE(at::equal(sum, sum.to(at::kBFloat16).to(at::kFloat)));
}

TEST_CASE("the canonical sum has the same bits on any number of ranks") {
  LoopConfig loop;
  loop.reduction = "canonical";
  loop.virtual_shards = 12;
  Model model;
  const at::Tensor sum = reduced(model, loop, num_images / 12, test_world());
  CHECK(difference(sum, alone()) < 1e-6);

  const std::unique_ptr<Communicator> self = make_self_communicator();
  Model reference;
  CHECK(at::equal(sum, reduced(reference, loop, num_images / 12, *self)));
}

TEST_CASE("ranks that cannot share the virtual shards evenly are refused") {
  LoopConfig loop;
  loop.reduction = "canonical";
  loop.virtual_shards = 5;
  Model model;
  if (test_world().size() == 1) {
    CHECK_NOTHROW(make_gradient_reducer(loop, model.parameters, test_world()));
  } else {
    CHECK_THROWS_WITH(make_gradient_reducer(loop, model.parameters, test_world()), Catch::Contains("cannot share 5 virtual"));
  }
}
