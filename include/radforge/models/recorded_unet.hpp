#pragma once

#include "radforge/models/unet.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

namespace radforge {

/// A UNet for sampling on CUDA: its work is recorded once a shape, and each evaluation is one launch (nn/device_graph.hpp).
class RecordedUNet {
 public:
  /// `unet` outlives this; its weights stay where they are.
  explicit RecordedUNet(const UNet& unet);
  ~RecordedUNet();
  RecordedUNet(const RecordedUNet&) = delete;
  RecordedUNet& operator=(const RecordedUNet&) = delete;

  /// As UNet::of_texts(), with the same numbers. What was returned before for texts of this shape is of these texts from now on.
  std::function<at::Tensor(const at::Tensor& x, const at::Tensor& timesteps)> of_texts(const at::Tensor& text_states);

  /// Why work could not be recorded, and is done kernel by kernel; empty: all could.
  const std::string& problem() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
