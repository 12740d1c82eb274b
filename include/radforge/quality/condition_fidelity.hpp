#pragma once

#include "radforge/quality/check_network.hpp"
#include "radforge/quality/image_set.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

struct FidelityValue {
  std::string metric;
  double value = 0;
  std::int64_t num_images = 0;
};

/// Whether an image of the set was asked to show something that the network has a word for.
bool knows_any_of(const CheckNetwork& network, const ImageSet& images);

/// Whether images show what they were asked to, by the `outputs` (all images x names) of a network: of a class "sex_accuracy", of
/// an age "age_mean_absolute_error" and "age_root_mean_square_error" in years and the share "age_within_tolerance", of findings
/// "auroc NAME" each. Images `numbers` count whose attribute is known, and known to the network;
/// what has none of them, or an AUROC without both classes, is left out.
std::vector<FidelityValue> condition_fidelity(const CheckNetwork& network, const at::Tensor& outputs, const ImageSet& images,
                                              std::span<const std::int64_t> numbers);

} // namespace radforge
