#include "../../../src/cli/training_plan.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

TrainingPlan example() {
  TrainingPlan plan;
  plan.loop.steps = 12000;
  plan.loop.batch_size = 256;
  plan.keep = 2;
  plan.parts = {{"unet", {.conv3x3 = 200e9, .linear = 130e9, .conv1x1 = 9e9, .self_attention = 61e9, .cross_attention = 2e9}},
                {"vae, encoder", {.conv3x3 = 558e9}, PartUse::forward, 0.25}};
  plan.state = {.num_trained = 1'000'000'000, .num_frozen = 100'000'000};
  return plan;
}

const AssumedRates rates{.here = 2e11, .here_text = "2 threads"};

} // namespace

TEST_CASE("a plan tells the arithmetic of each part and of the run") {
  const std::string text = training_plan_text(example(), rates);
  CHECK_THAT(text,
             Contains("unet            200.000   130.000     9.000     61.000       2.000   402.000  forward, gradients\n"));
  CHECK_THAT(text, Contains("558.000  forward, once an image"));
  // 2 (3 x 402 + 558 / 4) GFLOP; x 256; x 12000
  CHECK_THAT(text, Contains("2.69 TFLOP an image, 689 TFLOP a step, 8.27 EFLOP in all\n"));
  CHECK_THAT(text, !Contains("computed again"));
}

TEST_CASE("a plan tells times at the rates it states") {
  const std::string text = training_plan_text(example(), rates);
  CHECK_THAT(text, Contains("18.4 GPU hours, on an A100 at 40 % of its 312 TFLOP/s in bf16\n")); // 8.266e18 / 1.248e14 / 3600
  CHECK_THAT(text, Contains("at the 200 GFLOP/s of 2 threads\n"));
  TrainingPlan again = example();
  again.activations = Activations::computed_again;
  CHECK_THAT(training_plan_text(again, rates), Contains("and 2.47 EFLOP for activations that are computed again") &&
                                                   Contains("23.9 GPU hours") && Contains("gradients, forward again"));
}

TEST_CASE("a plan tells epochs where the data are there") {
  TrainingPlan plan = example();
  CHECK_THAT(training_plan_text(plan, rates), Contains("3072000 images; the data set is not there yet"));
  plan.num_images = 300'000;
  CHECK_THAT(training_plan_text(plan, rates), Contains("3072000 images, 10.2 epochs of 300000\n"));
}

TEST_CASE("a plan tells the room of checkpoints and the memory and time of each number of ranks") {
  const std::string text = training_plan_text(example(), rates);
  CHECK_THAT(text, Contains("16 GB a set in 2 files and one a rank; 2 kept and one being written: 48 GB"));
  CHECK_THAT(text, Contains("      1          256     20400.0               20400.0         18.4                 1\n"));
  CHECK_THAT(text, Contains("     64            4     20400.0                8587.5        0.287                 1\n"));
}

TEST_CASE("numbers have three digits and the unit's prefix") {
  CHECK(with_prefix(0, "B") == "0 B");
  CHECK(with_prefix(999, "B") == "999 B");
  CHECK(with_prefix(999.6, "B") == "1 kB");
  CHECK(with_prefix(3.6646e12, "FLOP") == "3.66 TFLOP");
  CHECK(with_prefix(1e24, "FLOP") == "1e+03 ZFLOP");
}
