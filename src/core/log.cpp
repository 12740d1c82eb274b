#include "radforge/core/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <mutex>

namespace radforge {
namespace {

/// One write(2) a message, so that lines of ranks that share a terminal or a file do not tear.
class StandardErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    if (on_terminal_) {
      // Over a progress bar, which the next update draws again below.
      line.append(std::string_view("\r\x1b[K"));
    }
    formatter_->format(message, line);
    // A log that cannot be written is no reason to stop the work.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  void flush_() override {}

 private:
  const bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
};

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
  case LogLevel::debug:
    return spdlog::level::debug;
  case LogLevel::info:
    return spdlog::level::info;
  case LogLevel::warning:
    return spdlog::level::warn;
  case LogLevel::error:
    break;
  }
  return spdlog::level::err;
}

} // namespace

struct Log::Sink {
  Sink(int rank, int num_ranks, const std::string& name, LogLevel least)
      : prints_all(rank == 0), of_run(name.empty() ? "" : fmt::format("[{}] ", name)),
        prefix(of_run + (num_ranks > 1 ? fmt::format("[rank {}] ", rank) : "")),
        logger("radforge", std::make_shared<StandardErrorSink>()) {
    logger.set_pattern("%H:%M:%S %l %v");
    logger.set_level(level_of(least));
  }

  bool prints_all;
  std::string of_run;
  std::string prefix;
  spdlog::logger logger;
};

Log::Log() = default;
Log::Log(int rank, int num_ranks, LogLevel least) : sink_(std::make_shared<Sink>(rank, num_ranks, "", least)) {}
Log::Log(int rank, int num_ranks, const std::string& name)
    : sink_(std::make_shared<Sink>(rank, num_ranks, name, LogLevel::info)) {}
Log::~Log() = default;
Log::Log(const Log&) = default;
Log& Log::operator=(const Log&) = default;

void Log::all(LogLevel level, std::string_view text) const {
  if (sink_ && sink_->prints_all) {
    sink_->logger.log(level_of(level), sink_->of_run + std::string(text));
  }
}

void Log::local(LogLevel level, std::string_view text) const {
  if (sink_) {
    sink_->logger.log(level_of(level), sink_->prefix + std::string(text));
  }
}

} // namespace radforge
