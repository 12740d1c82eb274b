#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace radforge {

enum class LogLevel { debug, info, warning, error };

/// Messages to people, on stderr, a line each: "HH:MM:SS level text" in local time. Two intents: `all` is for what happens on all
/// ranks alike and is printed by rank 0 only; `local` is for what may happen on one rank and is printed by any, with its rank
/// where there are several ("HH:MM:SS warning [rank 2] text"). Passed down like every other service; no process-wide logger.
class Log {
 public:
  /// A log that prints nothing.
  Log();
  /// Messages below `least` are dropped.
  Log(int rank, int num_ranks, LogLevel least = LogLevel::info);
  /// The same, with "[name] " before each text: of one run beside others.
  Log(int rank, int num_ranks, const std::string& name);
  ~Log();
  Log(const Log&);
  Log& operator=(const Log&);

  void all(LogLevel level, std::string_view text) const;
  void local(LogLevel level, std::string_view text) const;

  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    all(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) const {
    all(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  struct Sink;
  std::shared_ptr<Sink> sink_;
};

} // namespace radforge
