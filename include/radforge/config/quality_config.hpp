#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// How a network that comes from elsewhere sees an image; one that was trained here knows.
struct CheckInputConfig {
  std::int64_t size = 0;         ///< side, reached by averaging areas; 0: the network's own, or the image's
  std::int64_t channels = 3;     ///< a grey image is repeated
  std::string scaling = "image"; ///< the least and the greatest value of each image become low and high; or "fixed": 0 and 255 do
  double low = 0;
  double high = 255;
  std::string normalization = "none"; ///< or "imagenet": the scaled values less its mean, by its deviation
};

/// A network that tells an attribute of an image, which is held against the planned one.
struct CheckConfig {
  std::string attribute = "sex";  ///< or "race", "view", "age"
  std::string network;            ///< folder of a trained run; or a TorchScript module; or safetensors of torchvision's names
  std::string sha256;             ///< of a TorchScript module, which is a program
  std::string architecture;       ///< of safetensors
  std::vector<std::string> names; ///< what its outputs say, in the cohort's words; a network trained here brings its own
  double tolerance_years = 16;    ///< of an age: the distance from the predicted one, rounded to years, that passes
  CheckInputConfig input;
};

/// The demographic check of generated images. Defaults are RoentGen-v2's rules: ages within 16 years, sexes and races as planned
/// where the network has a word for them, each image scaled by itself.
struct QualityConfig {
  std::vector<CheckConfig> networks; ///< none: images are not checked
  std::int64_t max_retries = 3;      ///< how often an image that fails is made again before its row is rejected
};

void describe(Schema& schema, CheckInputConfig& config);
void describe(Schema& schema, CheckConfig& config);
void describe(Schema& schema, QualityConfig& config);

} // namespace radforge
