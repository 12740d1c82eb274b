#include "radforge/train/lr_schedule.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

using namespace radforge;

TEST_CASE("the learning rate warms up and then follows its schedule") {
  OptimizerConfig config;
  config.learning_rate = 1;
  config.final_learning_rate = 0.2;
  config.warmup_steps = 10;
  CHECK(learning_rate_at(config, 0, 110) == Approx(0.1));
  CHECK(learning_rate_at(config, 9, 110) == Approx(1));
  CHECK(learning_rate_at(config, 10, 110) == Approx(1));

  config.schedule = "cosine";
  CHECK(learning_rate_at(config, 60, 110) == Approx(0.6));
  CHECK(learning_rate_at(config, 110, 110) == Approx(0.2));
  config.schedule = "linear";
  CHECK(learning_rate_at(config, 35, 110) == Approx(0.8));
  CHECK(learning_rate_at(config, 500, 110) == Approx(0.2));
  config.schedule = "constant";
  CHECK(learning_rate_at(config, 100, 110) == Approx(1));
  config.schedule = "step";
  CHECK_THROWS_AS(learning_rate_at(config, 100, 110), ConfigError);
}
