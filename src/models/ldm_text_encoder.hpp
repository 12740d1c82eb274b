#pragma once

#include "ldm_part.hpp"

#include "radforge/config/model_config.hpp"

namespace radforge {

/// Give the text encoder of Stable Diffusion 1.x (`cond_stage_model.transformer.`: CLIP as transformers names it, with or without
/// `text_model.`) or 2.x (`cond_stage_model.model.`: OpenCLIP, without its last layer) the names of transformers' CLIPTextModel.
/// Return its configuration. Errors: DataError (no configuration follows from the shapes).
TextEncoderConfig read_ldm_clip(LdmPart& part);
TextEncoderConfig read_ldm_open_clip(LdmPart& part);

} // namespace radforge
