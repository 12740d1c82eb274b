#pragma once

#include <cstdint>
#include <string>

namespace radforge {

/// A number that says how good images are.
struct QualityValue {
  std::string group;  ///< subgroup: "all", "sex=F"
  std::string space;  ///< name of the feature space; empty if it is not of one
  std::string metric; ///< "fid", "kid", "precision", ..., "ms_ssim_within_prompts", "sex_accuracy", ...
  double value = 0;
  std::int64_t num_real = 0; ///< images, or pairs, that it was taken of
  std::int64_t num_synthetic = 0;
};

} // namespace radforge
