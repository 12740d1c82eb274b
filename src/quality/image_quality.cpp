#include "radforge/quality/image_quality.hpp"

#include "condition_values.hpp"
#include "measured_share.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/models/look_at_images.hpp"
#include "radforge/quality/condition_fidelity.hpp"
#include "radforge/quality/frechet_distance.hpp"
#include "radforge/quality/gaussian_blur.hpp"
#include "radforge/quality/image_pairs.hpp"
#include "radforge/quality/kernel_distance.hpp"
#include "radforge/quality/ms_ssim.hpp"
#include "radforge/quality/neighbours.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>

namespace radforge {

namespace {

constexpr std::size_t num_worst = 20;
constexpr std::size_t images_of_part = 4096; // after which ranks meet: whole blocks of look_at_images
constexpr double ratio_of_copies = 1.0 / 3;  // Yoon et al. 2023 call an image memorised below it

at::Tensor rows_of(const at::Tensor& features, const std::vector<std::int64_t>& numbers) {
  return at::index_select(features, 0, at::tensor(numbers));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void require_alike(const ImageSet& images, const ImageSet& others, const char* name) {
  const DatasetSchema& a = images.data().schema();
  const DatasetSchema& b = others.data().schema();
  if (a.height != b.height || a.width != b.width || a.channels != b.channels) {
    throw ConfigError("the {} images are {} x {} x {} and the synthetic ones {} x {} x {} (how an image was made smaller changes "
                      "every number) prepare them alike",
                      name, b.height, b.width, b.channels, a.height, a.width, a.channels);
  }
}

} // namespace

/// All features and outputs in hand, what is left is arithmetic: pieces of work, each done by one rank.
class ImageQuality::Measurement {
 public:
  Measurement(const ImageQuality& images, Communicator& ranks, const Control& control)
      : of_(images), config_(images.config_), share_(ranks, control) {
    std::int64_t before = 0;
    const auto all = [&](const ImageSet& set, const std::function<at::Tensor(const at::Tensor&)>& look) {
      std::vector<at::Tensor> parts;
      const std::span ids(set.ids());
      for (std::size_t first = 0; first < ids.size(); first += images_of_part) {
        std::int64_t last = 0;
        const auto part = ids.subspan(first, std::min(images_of_part, ids.size() - first));
        parts.push_back(look_at_images(set.data(), part, look, ranks, [&](std::int64_t num_done) {
          last = num_done;
          control.progress(before + num_done);
        }));
        before += last;
        share_.check_stop();
      }
      at::Tensor found = at::cat(parts);
      if (!found.isfinite().all().item<bool>()) {
        throw as_agreed(DataError("a network says what is no number of some images (its weights are damaged, or its input is not "
                                  "what it was made for) check its configuration"));
      }
      return found;
    };
    for (std::size_t i = 0; i < config_.features.size(); ++i) {
      const auto look = [&, i](const at::Tensor& bytes) { return of_.spaces_[i].features(bytes); };
      real_features_.push_back(all(of_.real_, look));
      if (config_.blur_sigma > 0) {
        blurred_features_.push_back(
            all(of_.real_, [&](const at::Tensor& bytes) { return look(gaussian_blur(bytes, config_.blur_sigma)); }));
      }
      synthetic_features_.push_back(all(of_.synthetic_, look));
      training_features_.push_back(of_.training_ ? all(*of_.training_, look) : at::Tensor());
    }
    for (const CheckNetwork& network : of_.condition_) {
      const auto look = [&](const at::Tensor& bytes) { return network.look(bytes); };
      real_outputs_.push_back(all(of_.real_, look));
      synthetic_outputs_.push_back(all(of_.synthetic_, look));
    }
  }

  ImageQualityResult result() {
    for (std::size_t space = 0; space < config_.features.size(); ++space) {
      for (const Subgroup& group : of_.groups_) {
        share_.add([this, space, &group] { return distances(space, group); });
      }
      if (config_.blur_sigma > 0) {
        share_.add([this, space] { return yardstick(space); });
      }
      if (of_.training_) {
        share_.add([this, space] { return memorization(space); });
      }
    }
    for (const Likeness& likeness : of_.likenesses_) {
      share_.add([this, &likeness] { return mean_likeness(likeness); });
    }
    for (std::size_t network = 0; network < of_.condition_.size(); ++network) {
      share_.add([this, network] { return fidelity(network); });
    }
    return share_.gather();
  }

 private:
  ImageQualityResult distances(std::size_t space, const Subgroup& group) const {
    const at::Tensor real = rows_of(real_features_[space], group.real);
    const at::Tensor synthetic = rows_of(synthetic_features_[space], group.synthetic);
    const KernelDistance kid = kernel_distance(real, synthetic);
    const NeighbourMetrics near = neighbour_metrics(real, synthetic, config_.neighbours);
    ImageQualityResult result;
    const auto add = [&](const char* metric, double value) {
      result.values.push_back({group.name, config_.features[space].name, metric, value, real.size(0), synthetic.size(0)});
    };
    add("fid", frechet_distance(real, synthetic));
    add("kid", kid.mean);
    add("kid_deviation", kid.deviation);
    add("precision", near.precision);
    add("recall", near.recall);
    add("density", near.density);
    add("coverage", near.coverage);
    return result;
  }

  /// What a blur that anybody sees does to the distances.
  ImageQualityResult yardstick(std::size_t space) const {
    const at::Tensor& real = real_features_[space];
    const at::Tensor& blurred = blurred_features_[space];
    ImageQualityResult result;
    for (const auto& [metric, value] : {std::pair("fid_of_blurred", frechet_distance(real, blurred)),
                                        std::pair("kid_of_blurred", kernel_distance(real, blurred).mean)}) {
      result.values.push_back({"all", config_.features[space].name, metric, value, real.size(0), 0});
    }
    return result;
  }

  KernelDistance kernel_distance(const at::Tensor& real, const at::Tensor& others) const {
    return kernel_inception_distance(real, others, config_.kid_subset_size, config_.num_kid_subsets,
                                     static_cast<std::uint64_t>(config_.seed));
  }

  /// How near images are to those that the generator learned from, beside real ones that it has not seen.
  ImageQualityResult memorization(std::size_t space) const {
    ImageQualityResult result;
    const auto add = [&](const at::Tensor& features, const std::string& suffix, std::int64_t num_real,
                         std::int64_t num_synthetic) {
      std::vector<Nearest> nearest = nearest_of(features, training_features_[space]);
      std::vector<double> ratios;
      std::vector<double> distances;
      for (const Nearest& one : nearest) {
        ratios.push_back(one.ratio());
        distances.push_back(one.distance);
      }
      const auto copies = std::ranges::count_if(ratios, [](double ratio) { return ratio < ratio_of_copies; });
      for (const auto& [metric, value] :
           {std::pair("memorized" + suffix, static_cast<double>(copies) / static_cast<double>(ratios.size())),
            std::pair("nearest_ratio" + suffix, median(ratios)), std::pair("nearest_distance" + suffix, median(distances))}) {
        result.values.push_back({"all", config_.features[space].name, metric, value, num_real, num_synthetic});
      }
      return nearest;
    };
    const std::vector<Nearest> nearest = add(synthetic_features_[space], "", 0, of_.synthetic_.size());
    add(real_features_[space], "_of_real", of_.real_.size(), 0);
    std::vector<std::int64_t> order(nearest.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::ranges::stable_sort(order, {}, [&](std::int64_t i) { return nearest[static_cast<std::size_t>(i)].ratio(); });
    order.resize(std::min(order.size(), num_worst));
    NearestList& list = result.nearest.emplace_back(NearestList{config_.features[space].name, {}});
    for (const std::int64_t i : order) {
      const Nearest& one = nearest[static_cast<std::size_t>(i)];
      list.worst.push_back({i, one.number, one.distance, one.ratio()});
    }
    return result;
  }

  ImageQualityResult mean_likeness(const Likeness& of) const {
    constexpr std::size_t pairs_of_block = 32;
    double sum = 0;
    for (std::size_t first = 0; first < of.pairs.size(); first += pairs_of_block) {
      std::vector<std::int64_t> left;
      std::vector<std::int64_t> right;
      for (const ImagePair& pair : std::span(of.pairs).subspan(first, std::min(pairs_of_block, of.pairs.size() - first))) {
        left.push_back(pair.first);
        right.push_back(pair.second);
      }
      sum += ms_ssim(of.images.bytes(left), of.others.bytes(right)).sum().item<double>();
    }
    const auto count = static_cast<std::int64_t>(of.pairs.size());
    const bool real = &of.others == &of_.real_;
    const bool synthetic = &of.images == &of_.synthetic_;
    ImageQualityResult result;
    result.values.push_back({"all", "", of.metric, sum / static_cast<double>(count), real ? count : 0, synthetic ? count : 0});
    return result;
  }

  ImageQualityResult fidelity(std::size_t number) const {
    ImageQualityResult result;
    for (const Subgroup& group : of_.groups_) {
      std::ranges::move(condition_values(of_.condition_[number], group, {of_.synthetic_, synthetic_outputs_[number]},
                                         {of_.real_, real_outputs_[number]}),
                        std::back_inserter(result.values));
    }
    return result;
  }

  const ImageQuality& of_;
  const ImageQualityConfig& config_;
  MeasuredShare share_;
  std::vector<at::Tensor> real_features_;
  std::vector<at::Tensor> blurred_features_; ///< of the real images, where they are measured
  std::vector<at::Tensor> synthetic_features_;
  std::vector<at::Tensor> training_features_;
  std::vector<at::Tensor> real_outputs_;
  std::vector<at::Tensor> synthetic_outputs_;
};

ImageQuality::ImageQuality(const ImageQualityConfig& config, at::Device device)
    : config_(config), real_(config.real), synthetic_(config.synthetic) {
  require_alike(synthetic_, real_, "real");
  if (!config.training.empty()) {
    training_.emplace(config.training);
    require_alike(synthetic_, *training_, "training");
    if (training_->size() < 2) {
      throw DataError("training has {} images (a second nearest one is looked for) list more", training_->size());
    }
  }
  keep_large_groups(subgroups_of(config.subgroups, real_, synthetic_));
  const DatasetSchema& schema = synthetic_.data().schema();
  if (config.num_ssim_pairs > 0 && ms_ssim_scales(std::min(schema.height, schema.width)) == 0) {
    throw ConfigError("MS-SSIM is not defined for images of {} x {} (its window has 11 pixels) set num_ssim_pairs to 0",
                      schema.height, schema.width);
  }
  if (config.num_ssim_pairs > 0) {
    const auto seed = static_cast<std::uint64_t>(config.seed);
    const std::int64_t count = config.num_ssim_pairs;
    add_likeness({"ms_ssim_within_prompts", synthetic_, synthetic_, pairs_of_prompts(synthetic_, count, seed)},
                 "no two synthetic images have one prompt");
    add_likeness({"ms_ssim_real_within_prompts", real_, real_, pairs_of_prompts(real_, count, seed)},
                 "no two real images have one prompt");
    add_likeness({"ms_ssim_to_real", synthetic_, real_, pairs_alike(synthetic_, real_, count, seed)},
                 "no synthetic image has a real one of the same sex, age group, race and view");
  }
  if (blur_radius(config.blur_sigma) >= std::min(schema.height, schema.width)) {
    throw ConfigError("a blur of {} pixels is wider than images of {} x {} (it takes in four times as much on each side) lower "
                      "blur_sigma",
                      config.blur_sigma, schema.height, schema.width);
  }
  const at::Tensor black = at::zeros({1, schema.height, schema.width, schema.channels}, at::kByte);
  for (const FeatureSpaceConfig& space : config.features) {
    spaces_.emplace_back(space, device).features(black);
  }
  for (const CheckConfig& check : config.condition) {
    condition_.emplace_back(check, device).look(black);
    if (!knows_any_of(condition_.back(), synthetic_)) {
      throw ConfigError(
          "network {} tells {}, and no synthetic image was asked to show that (nothing would be measured) give names "
          "in the set's words",
          check.network, fmt::join(condition_.back().names(), ", "));
    }
  }
}

ImageQuality::~ImageQuality() = default;

void ImageQuality::keep_large_groups(std::vector<Subgroup> groups) {
  for (Subgroup& group : groups) {
    const auto count = std::min(std::ssize(group.real), std::ssize(group.synthetic));
    if (count >= config_.min_images) {
      groups_.push_back(std::move(group));
      continue;
    }
    const std::string problem = fmt::format("{}: {} real and {} synthetic images, and min_images asks for {} of each", group.name,
                                            group.real.size(), group.synthetic.size(), config_.min_images);
    if (group.name == "all") {
      throw DataError("{} (so few say nothing) list more, or lower min_images", problem);
    }
    notes_.push_back(problem + ": not measured");
  }
}

void ImageQuality::add_likeness(Likeness likeness, const char* what_is_missing) {
  if (likeness.pairs.empty()) {
    notes_.push_back(fmt::format("{}: {}, so it is not measured", likeness.metric, what_is_missing));
  } else {
    likenesses_.push_back(std::move(likeness));
  }
}

std::string ImageQuality::inputs() const {
  std::string text = "real\n" + real_.digests() + "synthetic\n" + synthetic_.digests();
  if (training_) {
    text += "training\n" + training_->digests();
  }
  for (std::size_t i = 0; i < spaces_.size(); ++i) {
    text += fmt::format("features {} {}\n", config_.features[i].name, spaces_[i].digest());
  }
  for (const CheckNetwork& network : condition_) {
    text += fmt::format("condition {} {}\n", network.config().attribute, network.digest());
  }
  return text;
}

std::int64_t ImageQuality::num_looks() const {
  const std::int64_t both = real_.size() + synthetic_.size();
  const std::int64_t blurred = config_.blur_sigma > 0 ? real_.size() : 0;
  return std::ssize(spaces_) * (both + blurred + (training_ ? training_->size() : 0)) + std::ssize(condition_) * both;
}

ImageQualityResult ImageQuality::measure(Communicator& ranks, const Control& control) const {
  return Measurement(*this, ranks, control).result();
}

} // namespace radforge
