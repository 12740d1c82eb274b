#include "help.hpp"

#include <fmt/format.h>

namespace radforge {

std::string usage_of(const Option& option) {
  return fmt::format("{}--{}{}{}", option.letter != 0 ? fmt::format("-{}, ", option.letter) : "", option.name,
                     option.value.empty() ? "" : " ", option.value);
}

std::string usage_of(const Command& command) {
  return fmt::format("{}{}{}", command.name, *command.argument == '\0' ? "" : " ", command.argument);
}

std::string_view exit_codes() {
  return "0 done, 2 usage or configuration, 3 data, 4 input/output, 5 communication, 6 divergence, 70 internal, 73 output folder "
         "owned by another run, 75 stopped on request and resumable, 78 a node that is not fit for work.";
}

} // namespace radforge
