#include "completion.hpp"

#include "command.hpp"
#include "option.hpp"

#include <fmt/format.h>

#include <string_view>

namespace radforge {

namespace {

std::string joined(const std::string& list, std::string_view separator, std::string_view name) {
  return list.empty() ? std::string(name) : fmt::format("{}{}{}", list, separator, name);
}

/// "--cluster | --predictions": the options whose operands `accept` takes.
template <class Accept>
std::string options_with(const Accept& accept) {
  std::string names;
  for (const Option& option : options()) {
    if (accept(option.operand)) {
      names = joined(names, " | ", fmt::format("--{}", option.name));
      names = option.letter != 0 ? joined(names, " | ", fmt::format("-{}", option.letter)) : names;
    }
  }
  return names;
}

/// The commands whose argument is of a kind, "" for all.
std::string commands_with(std::string_view argument, std::string_view separator) {
  std::string names;
  for (const Command& command : commands()) {
    if (std::string_view(command.argument).find(argument) != std::string_view::npos) {
      names = joined(names, separator, command.name);
    }
  }
  return names;
}

/// A case of the script for every command: its options.
std::string options_by_command() {
  std::string cases;
  for (const Command& command : commands()) {
    std::string names;
    for (const Option& option : options()) {
      names = has_option(command, option) ? joined(names, " ", fmt::format("--{}", option.name)) : names;
    }
    cases += fmt::format("    {}) words='{}' ;;\n", command.name, names);
  }
  return cases;
}

std::string options_of_all() {
  std::string names;
  for (const Option& option : options()) {
    names = option.commands.empty() ? joined(names, " ", fmt::format("--{}", option.name)) : names;
  }
  return names;
}

} // namespace

std::string completion_script() {
  std::string script =
      "# Made by radforge --completion; source it.\n_radforge_options() {\n  case $command in\n" + options_by_command();
  script += fmt::format("    *) words='{}' ;;\n  esac\n}}\n\n", options_of_all());
  script += fmt::format("_radforge_arguments() {{\n  case $command in\n    '') words='{}' ;;\n", commands_with("", " "));
  script += fmt::format("    sweep) kind=config words=status ;;\n    {}) kind=config ;;\n", commands_with("CONFIG.yaml", " | "));
  script += fmt::format("    {}) kind=folder ;;\n    {}) kind=file ;;\n  esac\n}}\n\n", commands_with("FOLDER", " | "),
                        commands_with("SOURCE", " | "));
  script += fmt::format("_radforge_command() {{\n  case $1 in\n    {}) command=$1 ;;\n    *) return 1 ;;\n  esac\n}}\n\n",
                        commands_with("", " | "));
  script += fmt::format(
      "_radforge_operand() {{\n  case $1 in\n    {}) kind=text ;;\n    {}) kind=file ;;\n    {}) kind=folder ;;\n    *) return 1 "
      ";;\n  esac\n}}\n\n",
      options_with(
          [](Operand operand) { return operand == Operand::text || operand == Operand::integer || operand == Operand::number; }),
      options_with([](Operand operand) { return operand == Operand::file; }),
      options_with([](Operand operand) { return operand == Operand::folder; }));
  script += R"(_radforge_add() {
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done
}

_radforge() {
  local current=${COMP_WORDS[COMP_CWORD]} command='' kind=words words='' i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    _radforge_command "${COMP_WORDS[i]}" && break
  done
  if ! _radforge_operand "${COMP_WORDS[COMP_CWORD - 1]}"; then
    case $current in
      -*) _radforge_options ;;
      *) _radforge_arguments ;;
    esac
  fi
  COMPREPLY=()
  [ -z "$words" ] || _radforge_add < <(compgen -W "$words" -- "$current")
  case $kind in
    config) _radforge_add < <(compgen -f -X '!*.y*ml' -- "$current"; compgen -d -- "$current") ;;
    file) _radforge_add < <(compgen -f -- "$current") ;;
    folder) _radforge_add < <(compgen -d -- "$current") ;;
  esac
  case $kind in
    config | file | folder) compopt -o filenames 2>/dev/null || true ;;
  esac
}

complete -F _radforge radforge
)";
  return script;
}

} // namespace radforge
