#include "radforge/nn/label_loss.hpp"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/where.h>

namespace radforge {

at::Tensor binary_label_loss(const at::Tensor& logits, const at::Tensor& labels, const LabelWeights& weights, double smoothing) {
  const at::Tensor known = labels.isnan().logical_not();
  const at::Tensor used = at::where(known, logits.to(at::kFloat), 0.0);
  const at::Tensor values = at::where(known, labels, 0.0);
  const at::Tensor importance = at::where(known, at::where(values.gt(0.5), weights.positive, weights.negative), 0.0);
  const at::Tensor targets = values.mul(1 - smoothing).add(smoothing / 2);
  const at::Tensor losses = at::binary_cross_entropy_with_logits(used, targets, importance, {}, at::Reduction::None);
  return losses.sum().div(static_cast<double>(logits.size(1)));
}

at::Tensor class_loss(const at::Tensor& logits, const at::Tensor& classes, const at::Tensor& weights, double smoothing) {
  const at::Tensor used = at::where(classes.ge(0).unsqueeze(1), logits.to(at::kFloat), 0.0);
  return at::cross_entropy_loss(used, classes, weights, at::Reduction::None, -1, smoothing).sum();
}

at::Tensor value_loss(const at::Tensor& predictions, const at::Tensor& values) {
  const at::Tensor known = values.isnan().logical_not();
  return at::where(known, predictions.squeeze(1).to(at::kFloat).sub(values), 0.0).abs().sum();
}

} // namespace radforge
