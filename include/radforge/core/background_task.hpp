#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace radforge {

/// A thread beside the caller's that does one job at a time. One thread gives it jobs and waits for them.
class BackgroundTask {
 public:
  BackgroundTask();
  /// Waits for the job; what it threw is lost.
  ~BackgroundTask();
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  /// Begins a job. Errors: InternalError unless the one before was joined.
  void start(std::function<void()> job);
  /// No job is being done: there is none, or it has ended and can be joined at once.
  bool is_over() const;
  /// The job has ended with an exception.
  bool has_failed() const;
  /// Waits until is_over().
  void wait() const;
  /// Waits, and throws what the job threw.
  void join();

 private:
  enum class State { idle, running, ended, closing };

  void work();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  State state_ = State::idle;
  std::function<void()> job_;
  std::exception_ptr error_;
  std::thread thread_; ///< last: it uses the others
};

} // namespace radforge
