#pragma once

#include "radforge/config/image_network_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// A network that tells an attribute of an image, which is held against the planned one.
struct CheckConfig : ImageNetworkConfig {
  std::string attribute = "sex";  ///< or "race", "view", "age"; where images are measured and not checked also "findings"
  std::vector<std::string> names; ///< what its outputs say, in the cohort's words; a network trained here brings its own
  double tolerance_years = 16;    ///< of an age: the distance from the predicted one, rounded to years, that passes
};

/// The demographic check of generated images. Defaults are RoentGen-v2's rules: ages within 16 years, sexes and races as planned
/// where the network has a word for them, each image scaled by itself.
struct QualityConfig {
  std::vector<CheckConfig> networks;  ///< none: images are not checked
  std::int64_t max_retries = 3;       ///< how often an image that fails is made again before its row is rejected
  std::string on_shortage = "report"; ///< or "fill": a row that would be rejected shows spare images of its cell instead
  std::int64_t max_spares = 3;        ///< how many, each tried as often

  /// Attempts at a row, all in all. Attempt a is one at spare a / (1 + max_retries); spare 0 is what was planned first.
  std::int64_t num_attempts() const { return (1 + max_retries) * (on_shortage == "fill" ? 1 + max_spares : 1); }
  std::int64_t spare_of(std::int64_t attempt) const { return attempt / (1 + max_retries); }
};

void describe(Schema& schema, CheckConfig& config);
void describe(Schema& schema, QualityConfig& config);

} // namespace radforge
