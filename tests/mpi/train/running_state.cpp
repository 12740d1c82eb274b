#include "../../../src/train/running_state.hpp"

#include "mpi_world.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>

using namespace radforge;

namespace {

struct Model {
  Model() {
    parameters.add("weight", {1}, Init::constant(0), weight);
    parameters.add_buffer("mean", {3}, Init::constant(2), mean);
    parameters.allocate(1);
  }
  ParameterSet parameters;
  at::Tensor weight;
  at::Tensor mean;
};

// Part p moves the state to 3 + p / 3, from wherever it is.
void take_part(RunningState& state, Model& model, int part, std::size_t slot, double share) {
  state.begin_part();
  CHECK(model.mean[0].item<float>() == 2);
  model.mean.fill_(3 + part / 3.0);
  state.end_part(slot, share);
}

} // namespace

TEST_CASE("running state moves by the mean of the parts' moves, the same on all ranks") {
  const int num_ranks = test_world().size();
  Model model;
  RunningState state(model.parameters, test_world(), 1);
  state.begin_step();
  for (int part = 0; part < 12; ++part) {
    if (part % num_ranks == test_world().rank()) {
      take_part(state, model, part, 0, 1.0 / 12);
    }
  }
  state.finish(0.5);
  CHECK(model.mean[1].item<double>() == Approx(2 + 0.5 * (1 + 5.5 / 3)));
}

TEST_CASE("in slots its bits do not depend on the number of ranks") {
  const auto moved = [](Communicator& ranks) {
    Model model;
    RunningState state(model.parameters, ranks, 12);
    state.begin_step();
    for (int part = 0; part < 12; ++part) {
      if (part / (12 / ranks.size()) == ranks.rank()) {
        take_part(state, model, part, static_cast<std::size_t>(part), 1.0 / 12);
      }
    }
    state.finish(0.1);
    return model.mean.clone();
  };
  const std::unique_ptr<Communicator> self = make_self_communicator();
  CHECK(at::equal(moved(test_world()), moved(*self)));
}

TEST_CASE("a skipped step leaves running state as it was") {
  Model model;
  RunningState state(model.parameters, test_world(), 1);
  state.begin_step();
  take_part(state, model, 1, 0, 1);
  state.restore();
  CHECK(model.mean[2].item<float>() == 2);
}
