#pragma once

#include "radforge/core/error.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace radforge {

/// What a fake library was called for, in order, and which of its calls are to fail. Any thread.
class CallScript {
 public:
  /// Writes "name detail" down. Errors: CommunicationError if `name` was told to fail.
  void call(const std::string& name, const std::string& detail = {}) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(detail.empty() ? name : name + " " + detail);
    names_.push_back(name);
    if (failing_.contains(name)) {
      throw CommunicationError(name + " failed (as told)");
    }
  }

  void fail(const std::string& name) {
    const std::lock_guard lock(mutex_);
    failing_.insert(name);
  }

  std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  long count(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return std::count(names_.begin(), names_.end(), name);
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
    names_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  std::vector<std::string> names_;
  std::set<std::string> failing_;
};

} // namespace radforge
