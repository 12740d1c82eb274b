#include "option.hpp"

#include <algorithm>
#include <array>
#include <ranges>

namespace radforge {

std::span<const Option> options() {
  constexpr std::string_view with_config = "prepare train generate evaluate sweep import export plan inspect config";
  constexpr std::string_view with_output = "prepare train generate evaluate sweep report import export inspect doctor";
  static constexpr std::array table{
      Option{"set", 0, "KEY=VALUE", Operand::text, true, with_config,
             "path.key=value in place of the file's, or of a default; sweep: of every run's; repeatable"},
      Option{"output", 'o', "DIR", Operand::folder, false, with_output,
             "output folder (default: runs/<config name>), which the same command resumes; report: the page"},
      Option{"resume", 0, "step=N", Operand::text, false, "train", "the checkpoint to go on from (default: the newest)"},
      Option{"allow-change", 0, "", Operand::none, false, "train",
             "go on where the configuration changed in more than logging and saving"},
      Option{"profile", 0, "N", Operand::integer, false, "train",
             "trace N steps of this start, after some of warm-up, into profile/ of the run folder, for Perfetto"},
      Option{"array-task", 0, "K/N", Operand::text, false, "sweep", "part K of N of the runs, those of a chain together"},
      Option{"predictions", 0, "FILE", Operand::file, true, "evaluate",
             "a file of predictions to judge, without a configuration; repeatable"},
      Option{"sheet", 0, "", Operand::none, false, "inspect",
             "write sheet.html, a page of a data set's images by subgroup, with what failed"},
      Option{"json", 0, "", Operand::none, false, "doctor plan", "JSON in place of the table; plan: of a cluster"},
      Option{"cluster", 0, "FILE", Operand::file, false, "plan",
             "file of a cluster (configs/clusters): time of a step, efficiency and hours on its nodes"},
      Option{"measured", 0, "DIR", Operand::folder, false, "plan",
             "with --cluster: folder of a training whose rate each rank is taken to reach"},
      Option{"parity", 0, "", Operand::none, false, "doctor",
             "whether this rank's GPU computes what its CPU computes, and nothing else"},
      Option{"ranks-per-node", 0, "N", Operand::integer, false, "doctor", "the number that there shall be"},
      Option{"least-rate", 0, "GB/S", Operand::number, false, "doctor", "that an all-reduce between two nodes shall reach"},
      Option{"deep", 0, "", Operand::none, false, "verify", "decode every image and compare its pixels"},
      Option{"help", 'h', "", Operand::none, false, "", "this text; behind a command: what that does, with an example"},
      Option{"version", 0, "", Operand::none, false, "", "version, revision and compiler"},
      Option{"manual", 0, "", Operand::none, false, "", "the manual page: radforge --manual | man -l -"},
      Option{"completion", 0, "", Operand::none, false, "",
             "what a shell completes: source <(radforge --completion), in zsh after autoload -U bashcompinit; bashcompinit"},
  };
  return table;
}

bool has_option(const Command& command, const Option& option) {
  return option.commands.empty() || std::ranges::any_of(std::views::split(option.commands, ' '), [&](const auto& name) {
           return std::ranges::equal(name, std::string_view(command.name));
         });
}

} // namespace radforge
