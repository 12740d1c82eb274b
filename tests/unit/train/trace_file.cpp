#include "../../../src/train/trace_file.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace radforge;

namespace {

/// As LibTorch 2.7 orders it: 2.11 has the base of the times before the events.
const std::string kineto = R"({
  "schemaVersion": 1,
  "traceEvents": [
  {
    "ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 1, "tid": 1, "ts": 4.000, "dur": 1.000
  }
  ],
  "baseTimeNanoseconds": 1790857026000000000
}
)";

TraceAdditions two_spans() {
  using namespace std::chrono_literals;
  const SpanLog::Clock::time_point now = SpanLog::Clock::now();
  return {.rank = 1,
          .num_ranks = 3,
          .spans = {{"collective", "all-reduce", {{"bytes", 4096}}, now - 5us, now - 2us},
                    {"loader", "read \"it\"", {}, now - 4us, now - 1us}},
          .now = now,
          .now_ns = 1790857026000012500};
}

} // namespace

TEST_CASE("spans become asynchronous events of a trace, on its clock") {
  const nlohmann::json trace = nlohmann::json::parse(with_additions(kineto, two_spans()));
  CHECK(trace["distributedInfo"] == nlohmann::json{{"rank", 1}, {"world_size", 3}});
  const nlohmann::json& events = trace["traceEvents"];
  REQUIRE(events.size() == 5);
  CHECK(events[0]["ph"] == "b");
  CHECK(events[0]["cat"] == "collective");
  CHECK(events[0]["name"] == "all-reduce");
  CHECK(events[0]["args"] == nlohmann::json{{"bytes", 4096}});
  CHECK(events[0]["ts"] == 7.5);
  CHECK(events[1]["ph"] == "e");
  CHECK(events[1]["ts"] == 10.5);
  CHECK(events[0]["id2"] == events[1]["id2"]);
  CHECK(events[2]["id2"] != events[0]["id2"]);
  CHECK(events[2]["name"] == "read \"it\"");
  CHECK(events[2]["ts"] == 8.5);
  CHECK(events[3]["ts"] == 11.5);
  CHECK(events[4]["name"] == "aten::mm");
}

TEST_CASE("a trace without spans stays what it is") {
  nlohmann::json trace = nlohmann::json::parse(with_additions(kineto, {}));
  trace.erase("distributedInfo");
  CHECK(trace == nlohmann::json::parse(kineto));
}

TEST_CASE("a trace that is cut short is found") {
  for (const std::size_t length : {kineto.size() - 2, kineto.size() / 2, std::size_t{10}, std::size_t{0}}) {
    CHECK_THROWS_AS(with_additions(kineto.substr(0, length), two_spans()), IoError);
  }
  CHECK_THROWS_AS(with_additions("{\"traceEvents\": [\n]}", two_spans()), IoError);
}
