#pragma once

#include "radforge/config/cohort_config.hpp"
#include "radforge/config/quality_config.hpp"
#include "radforge/data/checked_image.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"
#include "radforge/quality/check_network.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// Whether images show the sex, race, view and age that were planned. A class passes if it is the network's first choice, its
/// score is the probability of the planned one; an age passes within the tolerance of the predicted one, rounded to years, which
/// is its score. What the network has no word for passes and is marked as not asked.
class DemographicCheck {
 public:
  /// `schema`: of the images. Opens the networks, on `device`, and shows each a black image. Errors: those of CheckNetwork;
  /// ConfigError also for a network that knows no value of the cohort.
  DemographicCheck(const QualityConfig& config, const CohortConfig& cohort, DatasetSchema schema, std::int64_t batch_size,
                   at::Device device = at::kCPU);

  /// The attributes, in the order of the scores.
  const std::vector<std::string>& names() const { return names_; }
  /// "sex <digest>", a line each.
  std::string digests() const;
  /// One result a record, of its pixels and its plan; always `batch_size` images at once, the last batch filled up.
  std::vector<CheckedImage> look(std::span<const SampleRecord> images) const;

 private:
  void look_at_batch(std::span<const SampleRecord> batch, std::vector<CheckedImage>& results) const;

  QualityConfig config_;
  DatasetSchema schema_;
  std::int64_t batch_size_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<const CheckNetwork>> networks_;
};

} // namespace radforge
