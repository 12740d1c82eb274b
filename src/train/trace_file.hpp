#pragma once

#include "radforge/core/span_log.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// What a trace says beside what Kineto saw.
struct TraceAdditions {
  int rank = 0;
  int num_ranks = 1;
  std::vector<SpanLog::Span> spans;
  /// One moment on the clock of the spans, and in nanoseconds since 1970.
  SpanLog::Clock::time_point now;
  std::int64_t now_ns = 0;
};

/// A trace that Kineto has written (Chrome's trace events in JSON) with the spans as asynchronous events of this process, which
/// may overlap and have tracks of their own, and with the rank where tools that lay traces of several ranks side by side look for
/// it. Errors: IoError for a text that is cut short, or is none of Kineto's.
std::string with_additions(std::string trace, const TraceAdditions& additions);

} // namespace radforge
