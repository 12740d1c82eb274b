#include "radforge/models/multiply_adds.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/unet.hpp"

#include <charconv>
#include <functional>
#include <string_view>

namespace radforge {

namespace {

// A model is described, and each of its matrices counted once for every place where it is applied: a pixel of its level, or a
// token. Where that is, the parameter's name says.
struct Places {
  double queries = 0;  ///< places where the matrix is applied
  double attended = 0; ///< keys that each query meets
};
using PlacesOf = std::function<Places(std::string_view name)>;

bool contains(std::string_view name, std::string_view part) { return name.find(part) != std::string_view::npos; }

// The number behind `prefix`, as in "down_blocks.2.".
std::int64_t level_after(std::string_view name, std::string_view prefix) {
  std::int64_t level = 0;
  const std::string_view digits = name.substr(name.find(prefix) + prefix.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), level);
  return level;
}

bool is_attention_query(std::string_view name) { return contains(name, ".to_q.weight") || contains(name, ".q_proj.weight"); }

MultiplyAdds count(const ParameterSet& parameters, const PlacesOf& places_of) {
  MultiplyAdds sum;
  for (const ParameterSet::Entry& entry : parameters.entries()) {
    if (entry.shape.size() < 2) {
      continue; // biases and norms
    }
    const Places places = places_of(entry.name);
    const double each = static_cast<double>(entry.count) * places.queries;
    if (entry.shape.size() == 2) {
      sum.linear += each;
    } else {
      (entry.shape[2] == 1 ? sum.conv1x1 : sum.conv3x3) += each;
    }
    if (is_attention_query(entry.name)) {
      // Each query's scores with all keys, and their weighted values: the width of all heads twice.
      const double matches = 2 * places.queries * places.attended * static_cast<double>(entry.shape[0]);
      (contains(entry.name, "attn2") ? sum.cross_attention : sum.self_attention) += matches;
    }
  }
  return sum;
}

/// Sizes of the maps of a model of `levels`.
class Pyramid {
 public:
  Pyramid(const char* model, std::int64_t height, std::int64_t width, std::size_t levels)
      : area_(static_cast<double>(height) * static_cast<double>(width)), levels_(static_cast<std::int64_t>(levels)) {
    const std::int64_t multiple = std::int64_t{1} << (levels_ - 1);
    if (height <= 0 || width <= 0 || height % multiple != 0 || width % multiple != 0) {
      throw ConfigError("{}: a size of {} x {} cannot be counted (its {} levels halve what divides by {}). Give another size, or "
                        "other block_out_channels",
                        model, height, width, levels_, multiple);
    }
  }

  double area(std::int64_t level) const { return area_ / static_cast<double>(std::int64_t{1} << (2 * level)); }
  double smallest() const { return area(levels_ - 1); }
  /// Of the blocks down_blocks.<i> and up_blocks.<i>; resampling's convolution works on its smaller, or larger, side.
  double down(std::string_view name) const {
    return area(level_after(name, "down_blocks.") + (contains(name, ".downsamplers.") ? 1 : 0));
  }
  double up(std::string_view name) const {
    return area(levels_ - 1 - level_after(name, "up_blocks.") - (contains(name, ".upsamplers.") ? 1 : 0));
  }

 private:
  double area_;
  std::int64_t levels_;
};

double area_of(const Pyramid& pyramid, std::string_view name) {
  if (contains(name, "down_blocks.")) {
    return pyramid.down(name);
  }
  if (contains(name, "up_blocks.")) {
    return pyramid.up(name);
  }
  return pyramid.smallest(); // mid_block
}

enum class Half { encoder, decoder };

// The encoder and the decoder with the 1x1 convolution between them and the latents.
MultiplyAdds autoencoder_multiply_adds(const AutoencoderConfig& config, std::int64_t height, std::int64_t width, Half half) {
  ParameterSet parameters;
  const AutoencoderKL model(config, ParameterScope(parameters));
  const Pyramid pyramid("autoencoder", height, width, config.block_out_channels.size());
  const bool encoder = half == Half::encoder;
  return count(parameters, [&](std::string_view name) -> Places {
    if (!name.starts_with(encoder ? "encoder." : "decoder.") && !name.starts_with(encoder ? "quant_conv." : "post_quant_conv.")) {
      return {};
    }
    const bool at_image = name.ends_with(encoder ? ".conv_in.weight" : ".conv_out.weight") && !contains(name, "_blocks.");
    const double area = at_image ? pyramid.area(0) : area_of(pyramid, name);
    return {area, area};
  });
}

/// Places of the maps of a classifier: the stem and its pooling halve the side, then the stages from the second on.
class StagePlaces {
 public:
  StagePlaces(std::int64_t height, std::int64_t width, bool rounds_up) : height_(height), width_(width), rounds_up_(rounds_up) {}

  /// After `num_halvings`. The first two, of the stem, round up.
  double area(std::int64_t num_halvings) const {
    std::int64_t height = height_;
    std::int64_t width = width_;
    for (std::int64_t i = 0; i < num_halvings; ++i) {
      const std::int64_t more = i < 2 || rounds_up_ ? 1 : 0;
      height = (height + more) / 2;
      width = (width + more) / 2;
    }
    return static_cast<double>(height) * static_cast<double>(width);
  }

 private:
  std::int64_t height_;
  std::int64_t width_;
  bool rounds_up_;
};

} // namespace

MultiplyAdds MultiplyAdds::operator+(const MultiplyAdds& other) const {
  return {conv3x3 + other.conv3x3, linear + other.linear, conv1x1 + other.conv1x1, self_attention + other.self_attention,
          cross_attention + other.cross_attention};
}

MultiplyAdds unet_multiply_adds(const UNetConfig& config, std::int64_t height, std::int64_t width, std::int64_t tokens) {
  ParameterSet parameters;
  const UNet model(config, ParameterScope(parameters));
  const Pyramid pyramid("unet", height, width, config.block_out_channels.size());
  return count(parameters, [&](std::string_view name) -> Places {
    if (contains(name, "time_emb")) {
      return {1, 0}; // once an image
    }
    if (contains(name, ".attn2.to_k.") || contains(name, ".attn2.to_v.")) {
      return {static_cast<double>(tokens), 0};
    }
    const bool at_latent = name.starts_with("conv_in.") || name.starts_with("conv_out.");
    const double area = at_latent ? pyramid.area(0) : area_of(pyramid, name);
    return {area, contains(name, ".attn2.") ? static_cast<double>(tokens) : area};
  });
}

MultiplyAdds text_encoder_multiply_adds(const TextEncoderConfig& config, std::int64_t tokens) {
  TextEncoderConfig any_vocabulary = config;
  any_vocabulary.vocab_size = 1;
  ParameterSet parameters;
  const ClipTextEncoder model(any_vocabulary, ParameterScope(parameters));
  const auto places = static_cast<double>(tokens);
  return count(parameters, [&](std::string_view name) -> Places {
    return contains(name, "embedding") ? Places{} : Places{places, places}; // rows of a table are looked up
  });
}

MultiplyAdds encode_multiply_adds(const AutoencoderConfig& config, std::int64_t height, std::int64_t width) {
  return autoencoder_multiply_adds(config, height, width, Half::encoder);
}

MultiplyAdds decode_multiply_adds(const AutoencoderConfig& config, std::int64_t height, std::int64_t width) {
  return autoencoder_multiply_adds(config, height, width, Half::decoder);
}

MultiplyAdds classifier_multiply_adds(const ClassifierConfig& config, std::int64_t height, std::int64_t width) {
  ParameterSet parameters;
  const auto model = make_classifier(config, ParameterScope(parameters));
  const bool dense = config.architecture == "densenet121";
  const bool bottlenecks = config.architecture == "resnet50";
  const StagePlaces places(height, width, !dense); // strides round up, pooling between dense blocks rounds down
  return count(parameters, [&](std::string_view name) -> Places {
    if (name.starts_with("fc.") || name.starts_with("classifier.")) {
      return {1, 0};
    }
    for (const std::string_view stage : {"layer", "features.denseblock", "features.transition"}) {
      if (name.starts_with(stage)) {
        const std::int64_t number = level_after(name, stage);
        // A bottleneck strides at its second convolution.
        const bool before_stride = bottlenecks && number > 1 && contains(name, ".0.conv1.");
        return {places.area(1 + number - (before_stride ? 1 : 0)), 0};
      }
    }
    return {places.area(1), 0};
  });
}

MultiplyAdds training_multiply_adds(const MultiplyAdds& forward, PartUse use, Activations activations) {
  const double inputs = use == PartUse::forward ? 0 : 1;
  const double weights = use == PartUse::trained ? 1 : 0;
  const double again = use != PartUse::forward && activations == Activations::computed_again ? 1 : 0;
  const double layers = 1 + again + inputs + weights;
  const double attention = 1 + again + 2 * inputs;
  return {forward.conv3x3 * layers, forward.linear * layers, forward.conv1x1 * layers, forward.self_attention * attention,
          forward.cross_attention * attention};
}

} // namespace radforge
