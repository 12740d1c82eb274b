#include "radforge/models/pipeline.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/clip_tokenizer.hpp"

namespace radforge {

Pipeline::Pipeline(const UNetConfig& unet_config, const TextEncoderConfig& text_encoder_config,
                   const AutoencoderConfig& autoencoder_config)
    : unet(unet_config, ParameterScope(unet_parameters)),
      text_encoder(text_encoder_config, ParameterScope(text_encoder_parameters)),
      autoencoder(autoencoder_config, ParameterScope(autoencoder_parameters)) {
  if (unet_config.cross_attention_dim != text_encoder_config.hidden_size) {
    throw DataError("the UNet attends to text states of width {} (the text encoder's hidden_size is {}). Take parts that were "
                    "trained together",
                    unet_config.cross_attention_dim, text_encoder_config.hidden_size);
  }
  if (unet_config.in_channels != autoencoder_config.latent_channels || unet_config.out_channels != unet_config.in_channels) {
    throw DataError("the UNet takes {} channels and gives {} (the autoencoder's latents have {}). Take parts that were trained "
                    "together",
                    unet_config.in_channels, unet_config.out_channels, autoencoder_config.latent_channels);
  }
}

void Pipeline::check(const PipelineContent& content) const {
  unet_parameters.check(content.unet_weights, "", "weights of the UNet");
  text_encoder_parameters.check(content.text_encoder_weights, "", "weights of the text encoder");
  autoencoder_parameters.check(content.autoencoder_weights, "", "weights of the autoencoder");
  const ClipTokenizer tokenizer(content.tokenizer);
  if (tokenizer.vocab_size() > content.text_encoder.vocab_size ||
      tokenizer.max_length() > content.text_encoder.max_position_embeddings) {
    throw DataError("{} has {} tokens and texts of up to {} (the text encoder knows {} and {}). Take parts that were trained "
                    "together",
                    content.tokenizer.string(), tokenizer.vocab_size(), tokenizer.max_length(), content.text_encoder.vocab_size,
                    content.text_encoder.max_position_embeddings);
  }
}

void Pipeline::load(const PipelineContent& content, at::ScalarType type, at::Device device) {
  check(content);
  unet_parameters.allocate_frozen(type, device);
  unet_parameters.load(unet_parameters.flat(), content.unet_weights);
  text_encoder_parameters.allocate_frozen(type, device);
  text_encoder_parameters.load(text_encoder_parameters.flat(), content.text_encoder_weights);
  autoencoder_parameters.allocate_frozen(type, device);
  autoencoder_parameters.load(autoencoder_parameters.flat(), content.autoencoder_weights);
}

} // namespace radforge
