#pragma once

#include "command.hpp"
#include "option.hpp"

#include <string>
#include <string_view>

namespace radforge {

/// All commands and options.
std::string help_text();

/// What one command does, its options, and an example.
std::string help_text(const Command& command);

/// "-o, --output DIR".
std::string usage_of(const Option& option);

/// "train CONFIG.yaml".
std::string usage_of(const Command& command);

/// What each means.
std::string_view exit_codes();

} // namespace radforge
