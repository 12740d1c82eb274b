#include "command.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/report/report.hpp"

#include <cstdio>

namespace radforge {

void run_report(const CommandContext& context) {
  agree(context.world, [&] {
    if (context.world.rank() != 0) {
      return;
    }
    const CommandLine& line = context.line;
    if (line.output.extension() != ".html") {
      throw ConfigError("--output {} is no page (its name ends in .html) name one", line.output.string());
    }
    std::vector<std::filesystem::path> folders{line.config};
    folders.insert(folders.end(), line.more_folders.begin(), line.more_folders.end());
    const ReportResult result = write_report(folders, line.output);
    for (const std::string& problem : result.problems) {
      context.log.warning("{}", problem);
    }
    context.log.info("{} folders of results, {:.2f} MB", result.num_folders, static_cast<double>(result.num_bytes) / 1e6);
    std::printf("%s\n%s\n", tables_of_page(line.output).c_str(), line.output.c_str());
  });
}

} // namespace radforge
