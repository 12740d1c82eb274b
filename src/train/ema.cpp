#include "radforge/train/ema.hpp"

#include <algorithm>

namespace radforge {

Ema::Ema(double decay, const at::Tensor& flat) : decay_(decay), average_(flat.detach().clone()) {}

void Ema::update(const at::Tensor& flat, std::int64_t step) {
  const auto count = static_cast<double>(step);
  average_.lerp_(flat, 1 - std::min(decay_, (1 + count) / (10 + count)));
}

} // namespace radforge
