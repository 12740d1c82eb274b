#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

// Losses of a classifier's heads, in fp32 whatever the type of the logits. Each is a sum over images, so that parts of a global
// batch add up, and what is unknown adds nothing and has a gradient of zero, whatever its logit.

/// How much a label counts by its value; C each.
struct LabelWeights {
  at::Tensor positive;
  at::Tensor negative;
};

/// The sum over images of the mean over all C labels of the binary cross-entropy. Logits N x C; labels N x C are 1, 0, or NaN
/// where unknown. Smoothing s moves labels to 1 - s / 2 and s / 2 (Szegedy et al. 2016).
at::Tensor binary_label_loss(const at::Tensor& logits, const at::Tensor& labels, const LabelWeights& weights,
                             double smoothing = 0);

/// The sum over images of the cross-entropy of one class of C. Logits N x C; classes N of int64, -1 where unknown; weights C.
at::Tensor class_loss(const at::Tensor& logits, const at::Tensor& classes, const at::Tensor& weights, double smoothing = 0);

/// The sum over images of the absolute difference. Predictions N x 1, values N, NaN where unknown.
at::Tensor value_loss(const at::Tensor& predictions, const at::Tensor& values);

} // namespace radforge
