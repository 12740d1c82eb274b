#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace radforge {

/// A stream whose tasks a thread runs in order. The end waits for all of them.
class FakeStream {
 public:
  explicit FakeStream(std::string the_name) : name_(std::move(the_name)), thread_([this] { run(); }) {}
  ~FakeStream() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  FakeStream(const FakeStream&) = delete;
  FakeStream& operator=(const FakeStream&) = delete;

  const std::string& name() const { return name_; }

  void push(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      ++num_pushed_;
    }
    wake_.notify_all();
  }

  void synchronize() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this, number = num_pushed_] { return num_done_ >= number; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
      if (tasks_.empty()) {
        return;
      }
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
      ++num_done_;
      wake_.notify_all();
    }
  }

  std::string name_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  long num_pushed_ = 0;
  long num_done_ = 0;
  bool ending_ = false;
  std::thread thread_; ///< last member: it uses the others
};

} // namespace radforge
