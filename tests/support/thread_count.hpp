#pragma once

#include <ATen/Parallel.h>

namespace radforge {

/// Puts ATen's number of threads back when it goes.
class ThreadCount {
 public:
  ThreadCount() = default;
  ~ThreadCount() { at::set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

  void set(int count) const { at::set_num_threads(count); }

 private:
  int before_ = at::get_num_threads();
};

} // namespace radforge
