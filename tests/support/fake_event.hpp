#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

namespace radforge {

/// An event of the fake streams. Each recording has a number; who waits, waits for the one that was the last when it was asked
/// to.
class FakeEvent {
 public:
  explicit FakeEvent(std::string the_name) : name_(std::move(the_name)) {}

  const std::string& name() const { return name_; }

  long record() {
    const std::lock_guard lock(mutex_);
    return ++num_recorded_;
  }
  long last_recording() {
    const std::lock_guard lock(mutex_);
    return num_recorded_;
  }
  void complete(long recording) {
    const std::lock_guard lock(mutex_);
    num_complete_ = recording;
    wake_.notify_all();
  }
  void wait_for(long recording) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return num_complete_ >= recording; });
  }
  bool is_done() {
    const std::lock_guard lock(mutex_);
    return num_complete_ >= num_recorded_;
  }

 private:
  std::string name_;
  std::mutex mutex_;
  std::condition_variable wake_;
  long num_recorded_ = 0;
  long num_complete_ = 0;
};

} // namespace radforge
