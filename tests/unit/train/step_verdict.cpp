#include "../../../src/train/step_verdict.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace radforge;

TEST_CASE("slots add up in their order and a number that is none is seen before ranks agree") {
  const std::unique_ptr<Communicator> self = make_self_communicator();
  StepExchange exchange(*self, 2, 1);
  exchange.begin_step();
  exchange.add(1, 0.25, {3});
  exchange.add(0, 0.5, {1});
  exchange.add(1, 0.125, {1});
  CHECK(exchange.losses_are_finite());
  const StepVerdict verdict = exchange.agree({.save_written = true});
  CHECK(verdict.finite);
  CHECK(verdict.all_written);
  CHECK_FALSE(verdict.stop);
  CHECK_FALSE(verdict.save_failed);
  CHECK(verdict.loss == 0.875);
  CHECK(verdict.sums == std::vector<double>{5});

  exchange.begin_step();
  exchange.add(0, std::numeric_limits<double>::infinity(), {0});
  CHECK_FALSE(exchange.losses_are_finite());
  const StepVerdict bad = exchange.agree({.finite = false, .stop_requested = true, .save_failed = true});
  CHECK_FALSE(bad.finite);
  CHECK(bad.stop);
  CHECK(bad.save_failed);
  CHECK_FALSE(bad.all_written);
}
