#pragma once

#include <string>

namespace radforge {

/// A script for bash, and for zsh with bashcompinit: commands, each one's options, and the files or folders that they take.
std::string completion_script();

} // namespace radforge
