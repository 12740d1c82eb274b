#pragma once

#include "radforge/data/checked_image.hpp"
#include "radforge/generate/generator.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace radforge {

/// Looks whether images show what was planned: one result a record, which does not depend on how many are looked at.
using ImageCheck = std::function<std::vector<CheckedImage>(std::span<const SampleRecord> images)>;

/// Makes the rows of a block of ids: an image that fails the check is made again with the noise of the next attempt, and a row
/// that no attempt could make is "rejected", without pixels, with the scores of the last one. What an attempt's batches hold is a
/// function of the block and the attempt, and so are all bytes.
class BlockMaker {
 public:
  /// An empty `check` passes all. `generator` outlives the object.
  BlockMaker(const Generator& generator, ImageCheck check, std::int64_t max_retries)
      : generator_(generator), check_(std::move(check)), max_retries_(max_retries) {}

  /// Errors: as Generator::make_pixels, and what the check throws.
  std::vector<SampleRecord> make(const std::vector<SampleRecord>& planned) const;

 private:
  const Generator& generator_;
  ImageCheck check_;
  std::int64_t max_retries_;
};

} // namespace radforge
