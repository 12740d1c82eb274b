#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// What each synthetic image is to show: a pure function of the configuration. Image i has the i-th combination of sex, age
/// group, view and finding, counted round and round, so that any range of ids is balanced to within one image a combination; its
/// age in years is drawn within the group, keyed by (seed, id).
class GenerationPlan {
 public:
  /// Errors: ConfigError (an age group that is not "a-b" or "a+").
  explicit GenerationPlan(const GenerateConfig& config);

  std::int64_t num_images() const { return static_cast<std::int64_t>(records_.size()); }
  /// Records without pixels; `source` is "synthetic/<id>".
  const std::vector<SampleRecord>& records() const { return records_; }
  const std::vector<std::string>& findings() const { return findings_; }

  /// The plan as a table: id, sex, age, age_group, view, finding columns, prompt.
  std::string csv() const;

 private:
  std::vector<std::string> findings_;
  std::vector<SampleRecord> records_;
};

} // namespace radforge
