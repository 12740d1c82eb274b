#pragma once

#include "radforge/nn/batch_norm.hpp"

#include <c10/core/GradMode.h>

#include <cstdint>

namespace radforge {

/// The first stages of a forward pass, which stay as they are: no gradients, and running statistics for their norms.
class FrozenStages {
 public:
  FrozenStages(ForwardMode mode, std::int64_t num_frozen)
      : mode_(mode), num_left_(num_frozen), gradients_(c10::GradMode::is_enabled()) {
    c10::GradMode::set_enabled(gradients_ && num_frozen == 0);
  }
  ~FrozenStages() { c10::GradMode::set_enabled(gradients_); }
  FrozenStages(const FrozenStages&) = delete;
  FrozenStages& operator=(const FrozenStages&) = delete;

  /// Of the stage that comes now.
  ForwardMode next_mode() {
    if (num_left_ > 0) {
      --num_left_;
      return ForwardMode::evaluate;
    }
    c10::GradMode::set_enabled(gradients_);
    return mode_;
  }

 private:
  ForwardMode mode_;
  std::int64_t num_left_;
  bool gradients_; ///< whether the stages that learn get some
};

} // namespace radforge
