#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/config/image_quality_config.hpp"
#include "radforge/quality/check_network.hpp"
#include "radforge/quality/feature_space.hpp"
#include "radforge/quality/image_pairs.hpp"
#include "radforge/quality/image_set.hpp"
#include "radforge/quality/quality_value.hpp"
#include "radforge/quality/subgroups.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// A synthetic image that is suspiciously near to one that the generator learned from.
struct NearestTraining {
  std::int64_t synthetic = 0; ///< numbers in their sets
  std::int64_t training = 0;
  double distance = 0;
  double ratio = 0; ///< to the distance of the second nearest one
};

/// Of a feature space the images with the least ratios, least first.
struct NearestList {
  std::string space;
  std::vector<NearestTraining> worst;
};

struct ImageQualityResult {
  std::vector<QualityValue> values;
  std::vector<NearestList> nearest;
};

/// How good synthetic images are, by numbers that each are a function of the sets and the configuration alone.
class ImageQuality {
 public:
  /// What a measurement asks and tells on the way, on each rank.
  struct Control {
    std::function<void(std::int64_t num_looked_at)> progress; ///< of this rank's images
    std::function<void()> before_piece;                       ///< a sign of life: pieces of arithmetic take minutes
    std::function<bool()> stop_requested;
  };

  /// Opens the sets and the networks, and shows each network an image. `config` outlives the object. Errors: ConfigError (sets of
  /// different sizes of images, no room for MS-SSIM), DataError (fewer images than min_images), IoError.
  explicit ImageQuality(const ImageQualityConfig& config, at::Device device = at::kCPU);
  ~ImageQuality();

  /// Digests of what the numbers are made of, "WHAT NAME DIGEST" a line.
  std::string inputs() const;
  const ImageSet& real() const { return real_; }
  const ImageSet& synthetic() const { return synthetic_; }
  const ImageSet& training() const { return *training_; }
  /// Of config.features.
  const std::vector<FeatureSpace>& spaces() const { return spaces_; }
  /// What cannot be measured: subgroups that are too small, pairs that there are not. Sentences for people.
  const std::vector<std::string>& notes() const { return notes_; }
  /// How many times an image is shown to a network.
  std::int64_t num_looks() const;

  /// Networks see each rank's share of the images, and numbers are shared among the ranks one by one. Collective, and the same on
  /// every rank. Errors: DataError, IoError, ConfigError of a network, StoppedError after a stop request to any rank.
  ImageQualityResult measure(Communicator& ranks, const Control& control) const;

 private:
  class Measurement;

  /// Pairs of images whose likeness is a number of the result.
  struct Likeness {
    std::string metric;
    const ImageSet& images;
    const ImageSet& others;
    std::vector<ImagePair> pairs;
  };

  void keep_large_groups(std::vector<Subgroup> groups);
  void add_likeness(Likeness likeness, const char* what_is_missing);

  const ImageQualityConfig& config_;
  ImageSet real_;
  ImageSet synthetic_;
  std::optional<ImageSet> training_;
  std::vector<Subgroup> groups_;
  std::vector<Likeness> likenesses_;
  std::vector<std::string> notes_;
  std::vector<FeatureSpace> spaces_;
  std::vector<CheckNetwork> condition_;
};

} // namespace radforge
