#pragma once

#include "ldm_part.hpp"

#include "radforge/config/model_config.hpp"

namespace radforge {

/// Moves the autoencoder (`first_stage_model.`) to the names of diffusers. Returns its configuration, without `sample_size`.
/// Errors: DataError (no configuration follows from the shapes).
AutoencoderConfig read_ldm_autoencoder(LdmPart& part);

} // namespace radforge
