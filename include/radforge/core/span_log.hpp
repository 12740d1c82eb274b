#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

/// Spans of time that a profile shows beside what LibTorch's profiler sees: work of other threads, messages under way. Kept
/// between open() and close() alone. Thread-safe.
class SpanLog {
 public:
  using Clock = std::chrono::steady_clock;
  using Numbers = std::vector<std::pair<std::string, std::int64_t>>;

  struct Span {
    std::string category;
    std::string name; ///< spans of one name are drawn on one track
    Numbers numbers;  ///< what is said of this one: {{"bytes", 4096}}
    Clock::time_point start;
    Clock::time_point end;
  };

  void open();
  /// The spans that ended since open().
  std::vector<Span> close();
  /// Nothing, unless the log is open.
  void add(Span span);

 private:
  std::mutex mutex_;
  bool is_open_ = false;
  std::vector<Span> spans_;
};

/// A span from construction to destruction. `log` may be null: nobody asks.
class LoggedSpan {
 public:
  LoggedSpan(SpanLog* log, const char* category, const char* name, SpanLog::Numbers numbers);
  ~LoggedSpan();
  LoggedSpan(const LoggedSpan&) = delete;
  LoggedSpan& operator=(const LoggedSpan&) = delete;

 private:
  SpanLog* log_;
  SpanLog::Span span_;
};

} // namespace radforge
