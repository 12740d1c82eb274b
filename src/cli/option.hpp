#pragma once

#include "command.hpp"

#include <span>
#include <string_view>

namespace radforge {

/// What follows an option.
enum class Operand { none, text, integer, number, file, folder };

/// An option of the command line.
struct Option {
  std::string_view name;
  char letter;            ///< after one dash; 0: none
  std::string_view value; ///< what follows it, as "DIR"; "": nothing, it is there or not
  Operand operand;        ///< what that is
  bool is_repeatable;
  std::string_view commands; ///< that have it, a space between them; "": every one, and radforge alone
  std::string_view help;
};

/// In the order of their help.
std::span<const Option> options();

bool has_option(const Command& command, const Option& option);

} // namespace radforge
