#include "command.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/verify.hpp"

#include <cstdio>

namespace radforge {

void run_verify(const CommandContext& context) {
  // One rank reads: the ranks of one node share its disk and its cache.
  VerifyReport report;
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      report = verify_dataset(context.line.config);
      for (const std::string& problem : report.problems) {
        context.log.local(LogLevel::error, problem);
      }
      if (!report.problems.empty()) {
        throw DataError("{} has {} problems (listed above). Make the shards again", context.line.config.string(),
                        report.problems.size());
      }
    }
  });
  if (context.world.rank() == 0) {
    std::printf("%s: %ld rows in %ld shards, %ld bytes, every digest holds\n", context.line.config.c_str(), report.num_rows,
                report.num_shards, report.num_bytes);
  }
}

} // namespace radforge
