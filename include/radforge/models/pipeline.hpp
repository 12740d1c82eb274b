#pragma once

#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/unet.hpp"

namespace radforge {

/// The three models of a text-to-image pipeline: described without memory for weights, then loaded.
class Pipeline {
 public:
  /// Errors: DataError when the three do not fit each other.
  Pipeline(const UNetConfig& unet, const TextEncoderConfig& text_encoder, const AutoencoderConfig& autoencoder);

  /// Errors: DataError that lists what does not fit, part by part; also when the tokenizer has ids the text encoder lacks.
  void check(const PipelineContent& content) const;
  /// Makes the memory, of floating `type`, and fills it. Errors: as check().
  void load(const PipelineContent& content, at::ScalarType type = at::kFloat, at::Device device = at::kCPU);

  ParameterSet unet_parameters;
  ParameterSet text_encoder_parameters;
  ParameterSet autoencoder_parameters;
  UNet unet;
  ClipTextEncoder text_encoder;
  AutoencoderKL autoencoder;
};

} // namespace radforge
