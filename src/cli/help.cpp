#include "help.hpp"

#include "option.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace radforge {

namespace {

/// Words in lines of at most 100 characters, the later ones behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  constexpr std::size_t width = 100;
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column > indent && column + 1 + word.size() > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    out += column > indent ? " " : "";
    out += word;
    column += word.size() + (column > indent ? 1 : 0);
  }
  return out;
}

std::string row(const std::string& name, std::string_view text) {
  constexpr std::size_t indent = 25;
  const std::string gap = name.size() + 4 > indent ? '\n' + std::string(indent, ' ') : std::string(indent - 2 - name.size(), ' ');
  return "  " + name + gap + wrapped(text, indent) + '\n';
}

} // namespace

std::string help_text() {
  std::string text = "Usage: radforge COMMAND [ARGUMENT] [OPTION ...]\n"
                     "alone or under mpirun or srun; the same command resumes.\n\nCommands\n";
  for (const Command& command : commands()) {
    text += row(usage_of(command), command.help);
  }
  text += "\nOptions (radforge COMMAND --help has those of a command, and an example)\n";
  for (const Option& option : options()) {
    text += row(usage_of(option),
                option.commands.empty() ? std::string(option.help) : fmt::format("{} ({})", option.help, option.commands));
  }
  return text + "\nExit codes: " + wrapped(exit_codes(), 12) + '\n';
}

std::string help_text(const Command& command) {
  std::string text =
      fmt::format("Usage: radforge {} [OPTION ...]\n\n{}\n\nOptions\n", usage_of(command), wrapped(command.help, 0));
  for (const Option& option : options()) {
    if (has_option(command, option) && (!option.commands.empty() || option.name == "help")) {
      text += row(usage_of(option), option.help);
    }
  }
  text += fmt::format("\nExample\n  {}\n", command.example);
  if (std::string_view(command.argument).ends_with("CONFIG.yaml")) {
    text += "\nKeys of the configuration: radforge config CONFIG.yaml prints them all with their values, docs/configuration.md "
            "says what\n"
            "they mean.\n";
  }
  return text;
}

} // namespace radforge
