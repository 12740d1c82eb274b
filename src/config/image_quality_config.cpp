#include "radforge/config/image_quality_config.hpp"

#include "name_check.hpp"

#include "radforge/config/schema.hpp"
#include "radforge/config/subgroup_names.hpp"

#include <algorithm>

namespace radforge {

void describe(Schema& schema, FeatureSpaceConfig& config) {
  schema.field("name", config.name, "of its rows in the result");
  describe(schema, static_cast<ImageNetworkConfig&>(config));
  schema.check(!config.network.empty() || (config.sha256.empty() && config.architecture.empty()),
               "sha256 or architecture is given and no network (pixels would be measured) name its file");
  schema.check(is_name(config.name), name_problem);
}

void describe(Schema& schema, ImageQualityConfig& config) {
  schema.field("task", config.task, Choices{"image-quality"}, "what evaluate does");
  schema.field("seed", config.seed, IntRange{0}, "of the pairs and subsets that are drawn");
  schema.list("real", config.real, "real images that the generator has not learned from");
  schema.list("synthetic", config.synthetic, "images that are measured");
  schema.list(
      "training", config.training,
      "images that the generator learned from: synthetic ones that are too near to them are found; empty: not looked for");
  describe_subgroups(schema, config.subgroups,
                     "attributes by which the sets are split as well: sex, age_group, race, view; 'sex + age_group' crosses two");
  schema.field("min_images", config.min_images, IntRange{2}, "of both sets, for a subgroup to be measured");
  schema.list("features", config.features, "spaces in which images are compared; one without a network is of pixels");
  schema.field("neighbours", config.neighbours, IntRange{1, 1000}, "k of precision, recall, density and coverage");
  schema.field("kid_subset_size", config.kid_subset_size, IntRange{2},
               "images of each set in a subset of KID, if there are as many");
  schema.field("num_kid_subsets", config.num_kid_subsets, IntRange{1, 100000}, "subsets that KID is averaged over");
  schema.field("num_ssim_pairs", config.num_ssim_pairs, IntRange{0}, "pairs of each kind that MS-SSIM is averaged over");
  schema.field("blur_sigma", config.blur_sigma, RealRange{0, 100},
               "a yardstick: FID and KID of the real images themselves, blurred by a Gaussian of so many pixels; 0 for none");
  schema.list("condition", config.condition, "networks that tell whether images show what was asked for");
  schema.section("compute", config.compute, "where the models compute");
  schema.section("watchdog", config.watchdog, "deadlines, after which a run that hangs ends with exit code 5");
  schema.check(!config.real.empty() && !config.synthetic.empty(),
               "real or synthetic is empty (they are compared) list data sets");
  schema.check(config.min_images > config.neighbours,
               "min_images is not above neighbours (an image has k neighbours beside itself) raise it");
  const auto is_asked_twice = [&](const CheckConfig& one) {
    return std::ranges::count(config.condition, one.attribute, &CheckConfig::attribute) > 1;
  };
  schema.check(std::ranges::none_of(config.condition, is_asked_twice),
               "condition asks for an attribute twice (its numbers have one name) take one of them out");
  const auto is_twice = [&](const FeatureSpaceConfig& one) {
    return std::ranges::count(config.features, one.name, &FeatureSpaceConfig::name) > 1;
  };
  schema.check(std::ranges::none_of(config.features, is_twice),
               "features has a name twice (its rows would be mixed) give others");
}

} // namespace radforge
