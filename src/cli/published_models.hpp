#pragma once

#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/scheduler_file.hpp"

namespace radforge {

/// The models of a pipeline, as far as arithmetic goes.
struct PublishedModels {
  UNetConfig unet;
  TextEncoderConfig text_encoder;
  AutoencoderConfig autoencoder;
  DiffusionConfig diffusion;
  SchedulerConfig scheduler;
};

/// What plans count with where the pipeline that a configuration names is not there yet.
PublishedModels stable_diffusion_2_1_base();

} // namespace radforge
