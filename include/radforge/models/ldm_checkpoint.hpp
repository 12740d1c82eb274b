#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <string>

namespace radforge {

/// The models of a single-file checkpoint, weights under the names that UNet, AutoencoderKL and ClipTextEncoder register.
///
/// What such a file does not say is left for the caller to set: `sample_size` of UNet and autoencoder (0 here; 64 and 512 for
/// Stable Diffusion 1.x and 2.x-base, 96 and 768 for 2.x), whether the UNet predicts noise or velocity, and the noise schedule.
/// `scaling_factor` is 0.18215 as in all published files, unless the file holds one (`scale_factor`).
struct LdmCheckpoint {
  UNetConfig unet_config;
  StateDict unet;
  AutoencoderConfig autoencoder_config;
  StateDict autoencoder;
  TextEncoderConfig text_encoder_config;
  StateDict text_encoder;
};

/// Which weights of the UNet are read from a file that has two: those that training left (the start of fine-tuning), or their
/// exponential average (`model_ema.*`). A file without an average has one kind only, and that is read either way.
enum class LdmWeights { trained, averaged };

/// Reads Stable Diffusion 1.x and 2.x in the layout of the latent diffusion code base (Rombach et al. 2022):
/// `model.diffusion_model.*`, `first_stage_model.*`, and `cond_stage_model.transformer.*` (CLIP, 1.x) or
/// `cond_stage_model.model.*` (OpenCLIP, 2.x, whose last layer is left out: 2.x conditions on the states before it). Tensors keep
/// their type; 1x1 convolutions of the autoencoder's attention become matrices, OpenCLIP's joint query-key-value matrices become
/// three.
///
/// The configurations follow from names and shapes, but for what no shape shows: norms have 32 groups; a UNet with linear
/// projections (2.x) has heads of width 64, one with 1x1 convolutions (1.x) 8 heads in every block; the text encoder has heads of
/// width 64, the activation quick_gelu in CLIP and gelu in OpenCLIP.
///
/// `file_name` is for messages. The tables of the noise schedule, position ids and OpenCLIP's projection are dropped. Errors:
/// DataError for another kind of file (LoRA, SDXL, SD 3, Flux, ControlNet, diffusers' own names), which it names; for a part that
/// is not there; for a shape from which no configuration follows; and one that lists all missing, unexpected and
/// integer tensors. Shapes of the other tensors are checked by ParameterSet::load.
LdmCheckpoint read_ldm_checkpoint(StateDict tensors, const std::string& file_name, LdmWeights weights = LdmWeights::trained);

} // namespace radforge
