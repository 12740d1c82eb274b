#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/state_dict.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// By which model a cached result was made, XXH3-128: equal for equal weights under equal names, whichever folder or file they
/// lie in. What changes no result (`sample_size`, `scaling_factor`) does not count.
std::string autoencoder_digest(const AutoencoderConfig& config, const StateDict& weights);

/// Counts the files of the tokenizer in, byte for byte. Errors: IoError.
std::string text_encoder_digest(const TextEncoderConfig& config, const StateDict& weights,
                                const std::filesystem::path& tokenizer_folder);

} // namespace radforge
