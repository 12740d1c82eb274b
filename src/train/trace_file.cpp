#include "trace_file.hpp"

#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <string_view>

namespace radforge {

namespace {

// Times in the file are microseconds since this one, so that a double holds their nanoseconds.
std::int64_t base_of(const std::string& trace) {
  constexpr std::string_view key = "\"baseTimeNanoseconds\": ";
  const std::size_t at = trace.rfind(key);
  std::int64_t base = 0;
  if (at == std::string::npos ||
      std::from_chars(trace.data() + at + key.size(), trace.data() + trace.size(), base).ec != std::errc()) {
    throw IoError("the trace is cut short (it has no base of its times). Check that the disk has room");
  }
  return base;
}

// The two events of a span.
std::string events_of(const SpanLog::Span& span, std::size_t number, const TraceAdditions& additions, std::int64_t base_ns) {
  const auto microseconds = [&](SpanLog::Clock::time_point time) {
    const std::int64_t ago_ns = std::chrono::nanoseconds(additions.now - time).count();
    return static_cast<double>(additions.now_ns - ago_ns - base_ns) / 1000;
  };
  const pid_t process = getpid();
  nlohmann::json begin{{"ph", "b"},      {"cat", span.category}, {"name", span.name},
                       {"pid", process}, {"tid", process},       {"id2", {{"local", fmt::format("{:#x}", number)}}}};
  nlohmann::json end = begin;
  end["ph"] = "e";
  begin["ts"] = microseconds(span.start);
  end["ts"] = microseconds(span.end);
  begin["args"] = nlohmann::json::object();
  for (const auto& [name, value] : span.numbers) {
    begin["args"][name] = value;
  }
  return fmt::format("\n  {},\n  {},", begin.dump(), end.dump());
}

} // namespace

std::string with_additions(std::string trace, const TraceAdditions& additions) {
  constexpr std::string_view events = "\"traceEvents\": [";
  const std::size_t at = trace.find(events);
  const std::size_t last = trace.find_last_not_of(" \n");
  if (at == std::string::npos || trace[last] != '}') {
    throw IoError("the trace is cut short (its end is missing). Check that the disk has room");
  }
  std::string text = fmt::format("\"distributedInfo\": {{\"rank\": {}, \"world_size\": {}}},\n  {}", additions.rank,
                                 additions.num_ranks, events);
  const std::int64_t base_ns = base_of(trace);
  for (std::size_t i = 0; i < additions.spans.size(); ++i) {
    text += events_of(additions.spans[i], i + 1, additions, base_ns);
  }
  return trace.replace(at, events.size(), text); // Kineto's own events follow; it writes some that name processes in any case
}

} // namespace radforge
