#include "../../../src/core/progress_text.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("duration_text shows two places") {
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(45.4) == "45 s");
  CHECK(duration_text(59.7) == "1 min 00 s");
  CHECK(duration_text(200) == "3 min 20 s");
  CHECK(duration_text(7500) == "2 h 05 min");
  CHECK(duration_text(3 * 86400 + 4 * 3600 + 59) == "3 d 04 h");
  CHECK(duration_text(-3) == "0 s");
  CHECK_FALSE(duration_text(1e300).empty());
}

TEST_CASE("rate_text shows three significant digits") {
  CHECK(rate_text(0.05123) == "0.0512");
  CHECK(rate_text(35.06) == "35.1");
  CHECK(rate_text(7) == "7.00");
  CHECK(rate_text(1240.4) == "1240");
}

TEST_CASE("bar_text fills from the left and stays within its width") {
  CHECK(bar_text(0, 4) == "[----]");
  CHECK(bar_text(0.5, 4) == "[##--]");
  CHECK(bar_text(1, 4) == "[####]");
  CHECK(bar_text(1.5, 4) == "[####]");
  CHECK(bar_text(-1, 4) == "[----]");
}
