#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <unordered_map>

namespace radforge {

/// Tensors that are computed once, up to a number of bytes. What came first stays: in a pass over all data again and again, the
/// least recently used would always be the one needed next.
template <class Key>
class KeptTensors {
 public:
  explicit KeptTensors(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Nothing if it is not kept.
  const at::Tensor* find(const Key& key) const {
    const auto found = tensors_.find(key);
    return found == tensors_.end() ? nullptr : &found->second;
  }

  void keep(const Key& key, const at::Tensor& tensor) {
    if (bytes_ + tensor.nbytes() <= most_bytes_ && tensors_.emplace(key, tensor).second) {
      bytes_ += tensor.nbytes();
    }
  }

  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::unordered_map<Key, at::Tensor> tensors_;
};

} // namespace radforge
