#pragma once

#include "ldm_part.hpp"

#include "radforge/config/model_config.hpp"

namespace radforge {

/// Moves the UNet (`model.diffusion_model.`) to the names of diffusers. Returns its configuration, without `sample_size`. Errors:
/// DataError (no configuration follows from the shapes).
UNetConfig read_ldm_unet(LdmPart& part);

} // namespace radforge
