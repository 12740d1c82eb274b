#pragma once

#include "radforge/quality/check_network.hpp"
#include "radforge/quality/image_set.hpp"
#include "radforge/quality/quality_value.hpp"
#include "radforge/quality/subgroups.hpp"

#include <ATen/core/Tensor.h>

#include <vector>

namespace radforge {

/// Images, and what a network says of each.
struct JudgedSet {
  const ImageSet& images;
  const at::Tensor& outputs;
};

/// Whether a subgroup's synthetic images show what was asked for, and, with "_of_real" behind its name, what the network tells of
/// real ones at best.
std::vector<QualityValue> condition_values(const CheckNetwork& network, const Subgroup& group, const JudgedSet& synthetic,
                                           const JudgedSet& real);

} // namespace radforge
