#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <utility>

namespace radforge {

/// What the cross-attentions of a UNet make of one batch of texts, kept from the first step of a sampler for all others. Without
/// gradients: it is for sampling.
class TextMemory {
 public:
  using KeysAndValues = std::pair<at::Tensor, at::Tensor>;

  /// Of the layer at `layer`, made by `make` the first time.
  template <class Make>
  const KeysAndValues& of(const void* layer, const Make& make) {
    const auto found = by_layer_.find(layer);
    return found != by_layer_.end() ? found->second : by_layer_.emplace(layer, make()).first->second;
  }

 private:
  std::map<const void*, KeysAndValues> by_layer_;
};

} // namespace radforge
