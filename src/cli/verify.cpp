#include "command.hpp"
#include "dataset_folder.hpp"

#include "radforge/core/error.hpp"

#include <cstdio>

namespace radforge {

void run_verify(const CommandContext& context) {
  const std::filesystem::path& folder = context.line.config;
  const VerifyReport report = verify_in_parallel(folder, context.line.depth, context.world);
  for (const std::string& problem : report.problems) {
    context.log.all(LogLevel::error, problem);
  }
  if (!report.problems.empty()) {
    throw as_agreed(DataError("{} has {} problems (listed above). Mend it by 'radforge repair {}'", folder.string(),
                              report.problems.size(), folder.string()));
  }
  if (context.world.rank() == 0) {
    std::printf("%s: %ld rows in %ld shards, %ld bytes, every digest holds\n", folder.c_str(), report.num_rows, report.num_shards,
                report.num_bytes);
  }
}

} // namespace radforge
