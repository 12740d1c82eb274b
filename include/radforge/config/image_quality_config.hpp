#pragma once

#include "radforge/config/compute_config.hpp"
#include "radforge/config/image_network_config.hpp"
#include "radforge/config/quality_config.hpp"
#include "radforge/config/train_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// A space in which images are near or far.
struct FeatureSpaceConfig : ImageNetworkConfig { ///< no network: the pixels themselves
  std::string name = "pixels";
};

/// How good a set of synthetic images is, held against real ones.
struct ImageQualityConfig {
  std::string task = "image-quality";
  std::int64_t seed = 1;                   ///< of the pairs and subsets that are drawn
  std::vector<DataSourceConfig> real;      ///< that the generator has not learned from
  std::vector<DataSourceConfig> synthetic; ///< what is measured
  std::vector<DataSourceConfig> training;  ///< what the generator learned from: nearest neighbours are looked for there
  std::vector<std::string> subgroups = {"sex", "age_group"}; ///< attributes that split the sets; "sex + age_group" crosses two
  std::int64_t min_images = 50;                              ///< of either set, for a subgroup to be measured
  std::vector<FeatureSpaceConfig> features;
  std::int64_t neighbours = 5; ///< k of precision, recall, density and coverage
  std::int64_t kid_subset_size = 1000;
  std::int64_t num_kid_subsets = 100;
  std::int64_t num_ssim_pairs = 1000;
  double blur_sigma = 0;              ///< pixels: real images blurred so far are measured, too; 0: not
  std::vector<CheckConfig> condition; ///< networks that tell whether images show what was asked for
  ComputeConfig compute;
  WatchdogConfig watchdog;
};

void describe(Schema& schema, FeatureSpaceConfig& config);
void describe(Schema& schema, ImageQualityConfig& config);

} // namespace radforge
