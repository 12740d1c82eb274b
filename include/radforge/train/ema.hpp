#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// Exponential moving average of a flat parameter buffer. Early on the decay is (1 + step) / (10 + step), so that the initial
/// weights fade.
class Ema {
 public:
  Ema(double decay, const at::Tensor& flat);

  /// Takes in the parameters after step `step`, from 1.
  void update(const at::Tensor& flat, std::int64_t step);
  at::Tensor& average() { return average_; }

 private:
  double decay_;
  at::Tensor average_;
};

} // namespace radforge
