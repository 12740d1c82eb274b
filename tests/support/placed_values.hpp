#pragma once

#include "communicator_under_test.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace radforge {

/// Numbers in host memory, or in device memory that is written and read by the test's stream.
template <class T>
class PlacedValues {
 public:
  PlacedValues(const CommunicatorUnderTest& subject, Place where, std::vector<T> values)
      : PlacedValues(subject, where, std::move(values), dtype_of<T>()) {}
  PlacedValues(const CommunicatorUnderTest& subject, Place where, std::vector<T> values, DType dtype)
      : subject_(subject), where_(where), dtype_(dtype), values_(std::move(values)) {
    if (where == Place::cuda) {
      device_ = subject.runtime().allocate(where, std::max<std::size_t>(num_bytes(), 1));
      copy(device_, values_.data());
    }
  }
  ~PlacedValues() {
    if (device_ != nullptr) {
      subject_.runtime().synchronize(subject_.stream());
      subject_.runtime().release(where_, device_);
    }
  }
  PlacedValues(const PlacedValues&) = delete;
  PlacedValues& operator=(const PlacedValues&) = delete;

  Buffer buffer() { return {where_ == Place::host ? values_.data() : device_, values_.size(), dtype_, where_}; }

  std::vector<T> get() {
    if (where_ == Place::cuda) {
      std::vector<T> copied(values_.size());
      copy(copied.data(), device_);
      subject_.runtime().synchronize(subject_.stream());
      return copied;
    }
    return values_;
  }

 private:
  std::size_t num_bytes() const { return values_.size() * sizeof(T); }
  void copy(void* to, const void* from) {
    if (num_bytes() > 0) {
      subject_.runtime().copy(to, from, num_bytes(), subject_.stream());
    }
  }

  const CommunicatorUnderTest& subject_;
  Place where_;
  DType dtype_;
  std::vector<T> values_;
  void* device_ = nullptr;
};

} // namespace radforge
