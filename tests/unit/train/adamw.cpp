#include "radforge/train/adamw.hpp"

#include "golden.hpp"

using namespace radforge;

TEST_CASE("AdamW takes the steps of torch.optim.AdamW") {
  const StateDict golden = read_golden("models/adamw");
  OptimizerConfig config;
  config.beta2 = 0.98;
  config.weight_decay = 0.05;
  at::Tensor weights = golden.at("start").clone();
  AdamW optimizer(config, weights);
  for (std::int64_t i = 0; i < 5; ++i) {
    optimizer.step(weights, golden.at("gradients")[i], 0.01, i + 1);
    CHECK(relative_difference(weights, golden.at("parameters")[i]) < 1e-6);
    CHECK(relative_difference(optimizer.first_moment(), golden.at("exp_avg")[i]) < 1e-6);
    CHECK(relative_difference(optimizer.second_moment(), golden.at("exp_avg_sq")[i]) < 1e-6);
  }
}
