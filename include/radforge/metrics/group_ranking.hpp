#pragma once

#include "radforge/metrics/group_counts.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// Groups of images that may overlap: all, women, women under 40. Images that are in the same groups share a cell.
struct Grouping {
  std::size_t num_groups = 0;
  std::vector<std::vector<std::uint32_t>> groups_of_cell;
  std::vector<std::uint32_t> cells; ///< of each image
};

/// Images with a known label, and what a model says of them: parallel columns.
struct ScoredImages {
  std::vector<double> scores; ///< higher: rather positive; in [0, 1] where calibration is asked for
  std::vector<std::uint8_t> positive;
  std::vector<std::uint32_t> units; ///< what is drawn with the image: its patient
  std::vector<std::uint32_t> cells; ///< of the grouping
};

/// One label's images in the order of their scores, to be counted in all groups at once, again and again with other weights: the
/// work of a draw of a bootstrap is one pass.
class GroupRanking {
 public:
  static constexpr std::size_t num_lanes = 8; ///< draws that are counted side by side
  using Lanes = std::array<std::uint32_t, num_lanes>;

  struct Options {
    double threshold = 0.5; ///< images of this score and above are called positive
    int num_bins = 10;      ///< of equal width in [0, 1], for the calibration error
  };

  /// `grouping` need not outlive the object. Errors: DataError (a score that is not a number, or outside [0, 1]).
  GroupRanking(const ScoredImages& images, const Grouping& grouping, Options options);

  /// Weights: one a unit and draw, their sum over the images of a draw below 2^31. Counts of each group, draw by draw:
  /// [lane][group]. Whole numbers are exact, whatever the order of the images. May be called by several threads at once.
  std::array<std::vector<GroupCounts>, num_lanes> count(std::span<const Lanes> weights_of_units) const;

  /// Every image once.
  std::vector<GroupCounts> count() const;

  std::size_t num_images() const { return images_.size(); }

 private:
  class Pass;

  struct Item {
    double score = 0;
    std::uint32_t unit = 0;
    std::uint32_t cell = 0;
    bool positive = false;
  };
  /// Items without a difference in rank that matters: negative ones before the next positive, or those of one score.
  struct Stretch {
    std::uint32_t begin = 0;
    std::uint32_t num_negatives = 0; ///< first
    std::uint32_t num_positives = 0;
    bool ends_bin = false;
    bool ends_called = false; ///< the last of the threshold and above
  };

  void add_stretches(const Options& options);

  std::size_t num_groups_ = 0;
  std::size_t num_units_ = 0;
  std::vector<std::vector<std::uint32_t>> groups_of_cell_;
  std::vector<Item> images_; ///< highest score first
  std::vector<Stretch> stretches_;
};

} // namespace radforge
