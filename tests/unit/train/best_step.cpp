#include "../../../src/train/best_step.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace radforge;

TEST_CASE("a step is a record when its validation beats all before, and patience counts those since") {
  BestStep best({.metric = "validation_auroc", .patience = 2});
  best.add(10, {{"validation_loss", 3}, {"validation_auroc", 0.7}});
  best.add(20, {{"validation_auroc", 0.7}}); // as good is not better
  CHECK_FALSE(best.is_over());
  best.add(30, {{"validation_auroc", 0.8}});
  CHECK(best.is_record(30));
  best.add(40, std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(best.is_over());
  best.add(50, {{"validation_auroc", 0.75}});
  CHECK(best.is_over());
  CHECK(best.records() == std::vector<std::int64_t>{10, 30});
  CHECK(best.best() == 0.8);
}

TEST_CASE("a loss or an error is good when it is low") {
  BestStep best({.metric = "validation_mean_absolute_error"});
  best.add(1, std::vector<Metric>{{"validation_mean_absolute_error", 12}});
  best.add(2, std::vector<Metric>{{"validation_mean_absolute_error", 11}});
  best.add(3, std::vector<Metric>{{"validation_mean_absolute_error", 13}});
  CHECK(best.records() == std::vector<std::int64_t>{1, 2});
  CHECK_FALSE(best.is_over()); // without patience
}

TEST_CASE("a metric that validation does not measure is told with those it does") {
  BestStep best({.metric = "auroc"});
  CHECK_THROWS_WITH(best.add(1, {{"validation_loss", 1}}), Catch::Matchers::Contains("there are validation_loss"));
  BestStep none({});
  none.add(1, {{"validation_loss", 1}});
  CHECK(none.records().empty());
}
