#pragma once

#include "radforge/data/checked_image.hpp"
#include "radforge/generate/generation_plan.hpp"
#include "radforge/generate/generator.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace radforge {

/// Looks whether images show what was planned: one result a record, which does not depend on how many are looked at.
using ImageCheck = std::function<std::vector<CheckedImage>(std::span<const SampleRecord> images)>;

/// Makes the rows of a block of ids: an image that fails the check is made again with the noise of the next attempt, then, where
/// shortage is filled, as a spare of the plan. A row that no attempt could make is "rejected", with the image and the scores of
/// the last one. What an attempt's batches hold is a function of the block and the attempt, and so are all bytes.
class BlockMaker {
 public:
  /// An empty `check` passes all. All references outlive the object.
  BlockMaker(const GenerationPlan& plan, const Generator& generator, ImageCheck check, const QualityConfig& config)
      : plan_(plan), generator_(generator), check_(std::move(check)), config_(config) {}

  /// Rows [first_id, first_id + num_rows). Errors: as Generator::make_pixels, and what the check throws.
  std::vector<SampleRecord> make(std::int64_t first_id, std::int64_t num_rows) const;

 private:
  const GenerationPlan& plan_;
  const Generator& generator_;
  ImageCheck check_;
  const QualityConfig& config_;
};

} // namespace radforge
