#include "radforge/core/parallel_for.hpp"

#include "radforge/core/error.hpp"

#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

namespace radforge {

namespace {

/// The exception of the lowest item so far.
class FirstFailure {
 public:
  void note(std::size_t item) {
    const std::lock_guard lock(mutex_);
    if (item < item_) {
      item_ = item;
      error_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  std::mutex mutex_;
  std::size_t item_ = std::numeric_limits<std::size_t>::max();
  std::exception_ptr error_;
};

} // namespace

void parallel_for(std::size_t num_items, int num_workers, const std::function<void(int, std::size_t)>& work) {
  require(num_workers >= 1, "at least one worker");
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  FirstFailure failure;
  const auto run = [&](int worker) {
    for (std::size_t item = next++; item < num_items && !failed; item = next++) {
      try {
        work(worker, item);
      } catch (...) {
        failure.note(item);
        failed = true;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int worker = 1; worker < num_workers && static_cast<std::size_t>(worker) < num_items; ++worker) {
      threads.emplace_back(run, worker);
    }
    run(0);
  }
  failure.rethrow();
}

} // namespace radforge
