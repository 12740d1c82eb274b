#include "radforge/train/optimizer.hpp"

#include "golden.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>

using namespace radforge;

namespace {

/// One flat tensor of parameters.
struct Flat {
  explicit Flat(const at::Tensor& values) {
    parameters.add("values", {values.numel()}, Init::constant(0), slot);
    parameters.allocate(1);
    parameters.flat().narrow(0, 0, values.numel()).copy_(values);
  }
  at::Tensor values() { return parameters.flat().narrow(0, 0, slot.numel()); }
  at::Tensor gradient() { return parameters.flat_gradient().narrow(0, 0, slot.numel()); }
  FlatRange all() { return {0, parameters.flat().numel()}; }

  at::Tensor slot;
  ParameterSet parameters;
};

OptimizerConfig golden_config() {
  OptimizerConfig config;
  config.beta2 = 0.98;
  config.weight_decay = 0.05;
  return config;
}

} // namespace

TEST_CASE("the optimizer takes the steps of torch.optim.AdamW") {
  const StateDict golden = read_golden("models/adamw");
  Flat flat(golden.at("start").flatten());
  Optimizer optimizer(golden_config(), 0.9, flat.parameters, {{.range = flat.all()}}, flat.all());
  const auto of_state = [&](const at::Tensor& state) { return state.narrow(0, 0, flat.slot.numel()); };
  for (std::int64_t i = 0; i < 5; ++i) {
    flat.gradient().copy_(golden.at("gradients")[i].flatten().mul(4)); // clipped to a quarter
    optimizer.step(i + 1, 0.01, 0.25);
    CHECK(relative_difference(flat.values(), golden.at("parameters")[i].flatten()) < 1e-6);
    CHECK(relative_difference(of_state(optimizer.first_moment()), golden.at("exp_avg")[i].flatten()) < 1e-6);
    CHECK(relative_difference(of_state(optimizer.second_moment()), golden.at("exp_avg_sq")[i].flatten()) < 1e-6);
  }
}

TEST_CASE("shares of the buffer give the bits of one owner of all") {
  const at::Tensor start = read_golden("models/adamw").at("start").flatten().repeat({20});
  const at::Tensor gradient = read_golden("models/adamw").at("gradients")[0].flatten().repeat({20});
  Flat whole(start);
  Flat shared(start);
  Optimizer one(golden_config(), 0.9, whole.parameters, {{.range = whole.all()}}, whole.all());
  std::vector<Optimizer> owners;
  for (int rank = 0; rank < 3; ++rank) {
    owners.emplace_back(golden_config(), 0.9, shared.parameters, std::vector<ParameterGroup>{{.range = shared.all()}},
                        share_of(shared.all().count, rank, 3));
  }
  for (std::int64_t step = 1; step < 4; ++step) {
    whole.gradient().copy_(gradient);
    shared.gradient().copy_(gradient);
    one.step(step, 0.01, 0.5);
    for (Optimizer& owner : owners) {
      owner.step(step, 0.01, 0.5);
    }
  }
  CHECK(at::equal(whole.values(), shared.values()));
  CHECK_FALSE(at::equal(whole.values(), start));
  for (const Optimizer& owner : owners) {
    const auto mine = [&](const at::Tensor& all) { return all.narrow(0, owner.range().first, owner.range().count); };
    CHECK(at::equal(mine(one.average()), const_cast<Optimizer&>(owner).average()));
    CHECK(at::equal(mine(one.second_moment()), const_cast<Optimizer&>(owner).second_moment()));
  }
}

TEST_CASE("groups learn at their own rate until they are frozen and what is in no group stays") {
  Flat flat(at::ones({192}));
  const std::vector<ParameterGroup> groups{{.range = {0, 64}}, {.range = {64, 64}, .learning_rate_scale = 0.5, .until_step = 1}};
  OptimizerConfig config;
  config.weight_decay = 0;
  Optimizer optimizer(config, 0.9, flat.parameters, groups, flat.all());
  flat.gradient().fill_(1);
  optimizer.step(1, 0.1, 1);
  CHECK(flat.values()[0].item<float>() == Approx(0.9)); // the first step of Adam is the learning rate
  CHECK(flat.values()[64].item<float>() == Approx(0.95));
  CHECK(flat.values()[128].item<float>() == 1);
  optimizer.step(2, 0.1, 1);
  CHECK(flat.values()[0].item<float>() == Approx(0.8));
  CHECK(flat.values()[64].item<float>() == Approx(0.95));
}

TEST_CASE("the average forgets the initial weights early and slowly later") {
  Flat flat(at::ones({4}));
  Optimizer optimizer({}, 0.9, flat.parameters, {}, flat.all());
  flat.values().fill_(2);
  optimizer.step(1, 0, 1); // decay 2 / 11
  CHECK(optimizer.average()[0].item<float>() == Approx(1 + 9.0 / 11));
  optimizer.step(1000, 0, 1); // decay 0.9
  CHECK(optimizer.average()[3].item<float>() == Approx(2 - 2.0 / 11 * 0.9));
}
