#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/sampler.hpp"
#include "radforge/io/dataset_index.hpp"

#include <cstdint>
#include <span>

namespace radforge {

/// The change of one image: out(p) = contrast * (in(A p) - middle) + middle + brightness, bilinear, black outside of the image.
struct Augmentation {
  double shift_x = 0;          ///< of the width; the picture moves to the right
  double shift_y = 0;          ///< of the height; down
  double rotation_degrees = 0; ///< counterclockwise, about the centre
  double scale = 1;            ///< above 1 the picture is enlarged
  double brightness = 0;       ///< of the full range
  double contrast = 1;
  bool flip = false; ///< left to right, before everything else
};

/// Changes training images at random. A pure function of (seed, sample id, epoch): the same for any number of ranks and threads,
/// and at a resume.
class Augmenter {
 public:
  Augmenter(AugmentationConfig config, std::uint64_t seed) : config_(config), seed_(seed) {}

  /// Drawn uniformly from the configured ranges; of scale, the logarithm is.
  Augmentation draw(const SampleTurn& turn) const;
  /// Changes height x width x channels bytes in place.
  void apply(const SampleTurn& turn, const DatasetSchema& schema, std::span<std::uint8_t> pixels) const;

 private:
  AugmentationConfig config_;
  std::uint64_t seed_;
};

/// Changes height x width x channels bytes in place.
void augment(const Augmentation& change, const DatasetSchema& schema, std::span<std::uint8_t> pixels);

} // namespace radforge
