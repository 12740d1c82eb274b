#include "radforge/core/span_log.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace radforge;

TEST_CASE("spans are kept while the log is open, whatever thread ends them") {
  SpanLog log;
  { const LoggedSpan early(&log, "loader", "read", {}); }
  log.open();
  const SpanLog::Clock::time_point before = SpanLog::Clock::now();
  std::thread other([&] { const LoggedSpan span(&log, "loader", "read", {{"step", 7}}); });
  other.join();
  log.add({"collective", "all-reduce", {{"bytes", 64}}, before, before});
  const std::vector<SpanLog::Span> spans = log.close();
  { const LoggedSpan late(&log, "loader", "read", {}); }

  REQUIRE(spans.size() == 2);
  CHECK(spans[0].category == "loader");
  CHECK(spans[0].name == "read");
  CHECK(spans[0].numbers == SpanLog::Numbers{{"step", 7}});
  CHECK(before <= spans[0].start);
  CHECK(spans[0].start <= spans[0].end);
  CHECK(spans[0].end <= SpanLog::Clock::now());
  CHECK(spans[1].name == "all-reduce");
  log.open();
  CHECK(log.close().empty());
}

TEST_CASE("without a log a span does nothing") { CHECK_NOTHROW(LoggedSpan(nullptr, "loader", "read", {{"step", 7}})); }
