#include "radforge/core/background_task.hpp"

#include "radforge/core/error.hpp"

#include <utility>

namespace radforge {

BackgroundTask::BackgroundTask() : thread_([this] { work(); }) {}

BackgroundTask::~BackgroundTask() {
  wait();
  {
    const std::lock_guard lock(mutex_);
    state_ = State::closing;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundTask::start(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    require(state_ == State::idle, "one job at a time");
    job_ = std::move(job);
    state_ = State::running;
  }
  changed_.notify_all();
}

bool BackgroundTask::is_over() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::running;
}

bool BackgroundTask::has_failed() const {
  const std::lock_guard lock(mutex_);
  return error_ != nullptr;
}

void BackgroundTask::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return state_ != State::running; });
}

void BackgroundTask::join() {
  wait();
  std::exception_ptr error;
  {
    const std::lock_guard lock(mutex_);
    state_ = State::idle;
    error = std::exchange(error_, nullptr);
  }
  if (error) {
    std::rethrow_exception(error);
  }
}

void BackgroundTask::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return state_ == State::running || state_ == State::closing; });
    if (state_ == State::closing) {
      return;
    }
    std::function<void()> job = std::exchange(job_, nullptr);
    lock.unlock();
    std::exception_ptr error;
    try {
      job();
    } catch (...) {
      error = std::current_exception();
    }
    job = nullptr; // what it holds goes before the job counts as ended
    lock.lock();
    error_ = error;
    state_ = State::ended;
    changed_.notify_all();
  }
}

} // namespace radforge
