#pragma once

#include "command.hpp"

#include <optional>
#include <string>

namespace radforge {

/// What the arguments ask for: a command to run, or a text to print.
struct ParsedArguments {
  const Command* command = nullptr;
  CommandLine line;
  std::optional<std::string> text; ///< help, version, manual page or completion
};

/// Errors: ConfigError (unknown command or option, with the nearest one; missing argument).
ParsedArguments parse_arguments(int argc, const char* const* argv);

/// "runs/demo/diffusion" for ".../configs/demo/diffusion.yaml": the file's place below a folder named configs, else its stem.
std::filesystem::path default_output(const std::filesystem::path& config);

} // namespace radforge
