#pragma once

#include "arm.hpp"

#include "radforge/evaluate/classification.hpp"

#include <vector>

namespace radforge {

/// Of every arm at every site its metrics in all images and its gaps, and beside each what it gains over the first arm.
std::vector<ArmRow> arm_table(const EvaluationConfig& config, const std::vector<Arm>& arms, const ClassificationResult& result);

} // namespace radforge
