#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <utility>

namespace radforge {

/// What the cross-attentions of a UNet make of one batch of texts, kept from the first step of a sampler for all others. Without
/// gradients: it is for sampling.
class TextMemory {
 public:
  using KeysAndValues = std::pair<at::Tensor, at::Tensor>;
  using Project = std::function<KeysAndValues(const at::Tensor& states)>;

  /// Of the layer at `layer`, which outlives this, made by `project` the first time.
  const KeysAndValues& of(const void* layer, const at::Tensor& states, const Project& project) {
    const auto found = by_layer_.find(layer);
    return found != by_layer_.end() ? found->second.kept
                                    : by_layer_.emplace(layer, Entry{project(states), project}).first->second.kept;
  }

  /// The same of other texts of the same shape, in the same memory: for work that was recorded with it.
  void refill(const at::Tensor& states) {
    for (auto& [layer, entry] : by_layer_) {
      const auto [keys, values] = entry.project(states);
      entry.kept.first.copy_(keys);
      entry.kept.second.copy_(values);
    }
  }

 private:
  struct Entry {
    KeysAndValues kept;
    Project project;
  };
  std::map<const void*, Entry> by_layer_;
};

} // namespace radforge
