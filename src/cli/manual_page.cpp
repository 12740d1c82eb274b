#include "manual_page.hpp"

#include "help.hpp"

#include "radforge/core/build_info.hpp"

#include <fmt/format.h>

namespace radforge {

namespace {

/// Text that roff sets as it is: a dash is one, and no line begins with a control character.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '-' ? "\\-" : c == '\\' ? "\\e" : std::string(1, c);
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string entry(const Option& option) {
  return fmt::format(".TP\n.B {}\n{}\n", literal(usage_of(option)), literal(option.help));
}

std::string section(const Command& command) {
  std::string text = fmt::format(".SS {}\n{}\n", literal(usage_of(command)), literal(command.help));
  for (const Option& option : options()) {
    if (has_option(command, option) && !option.commands.empty()) {
      text += entry(option);
    }
  }
  return text + fmt::format(".PP\nExample:\n.PP\n.EX\n{}\n.EE\n", literal(command.example));
}

constexpr std::string_view opening = R"(.SH NAME
radforge \- synthetic chest radiographs with balanced demographics, and what they are good for
.SH SYNOPSIS
.B radforge
.I COMMAND
.RI [ ARGUMENT ]
.RI [ OPTION " ...]"
.SH DESCRIPTION
Trains text-to-image diffusion models and classifiers of chest radiographs, generates data sets with them, and judges both by hospital
and subgroup.
Runs alone or under
.BR mpirun (1)
or
.BR srun (1)
on as many ranks as there are; the same command resumes what was stopped.
.SH COMMANDS
)";

constexpr std::string_view environment = R"(.SH ENVIRONMENT
.TP
.B OMP_NUM_THREADS
Threads of a rank; without it, its share of the cores.
.TP
.B RADFORGE_EXIT_CODE_FILE
A file that rank 0 keeps: "running", and in the end its exit code.
)";

} // namespace

std::string manual_page() {
  std::string page = fmt::format(".TH RADFORGE 1 \"\" \"radforge {}\" \"User commands\"\n", build_info().version);
  page += opening;
  for (const Command& command : commands()) {
    page += section(command);
  }
  page += ".SH OPTIONS\n";
  for (const Option& option : options()) {
    page += option.commands.empty() ? entry(option) : "";
  }
  page += environment;
  return page + fmt::format(".SH EXIT STATUS\n{}\n", literal(exit_codes()));
}

} // namespace radforge
