#include "radforge/train/adamw.hpp"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

namespace radforge {

AdamW::AdamW(const OptimizerConfig& config, const at::Tensor& flat)
    : config_(config), first_moment_(at::zeros_like(flat)), second_moment_(at::zeros_like(flat)) {}

void AdamW::step(at::Tensor& flat, const at::Tensor& gradient, double learning_rate, std::int64_t step) {
  // ATen counts steps in a tensor; it is not raised in there.
  at::Tensor count = at::full({}, static_cast<double>(step), at::kFloat);
  at::_fused_adamw_({flat}, {gradient}, {first_moment_}, {second_moment_}, {}, {count}, learning_rate, config_.beta1,
                    config_.beta2, config_.weight_decay, config_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

} // namespace radforge
