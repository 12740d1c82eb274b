#include "radforge/core/clock.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <ctime>
#include <thread>

using namespace radforge;

TEST_CASE("Stopwatch measures at least the time slept, and starts again") {
  Stopwatch watch;
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  const double before = watch.seconds();
  CHECK(before >= 0.03);
  watch.restart();
  CHECK(watch.seconds() < before);
}

TEST_CASE("utc_timestamp is now, in UTC, in the ISO form") {
  const std::string text = utc_timestamp();
  std::tm parsed{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parsed);
  REQUIRE(end != nullptr);
  CHECK(*end == '\0');
  CHECK(text.size() == 20);
  CHECK(std::abs(std::difftime(::timegm(&parsed), std::time(nullptr))) < 5);
}
