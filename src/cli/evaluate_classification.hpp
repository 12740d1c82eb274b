#pragma once

#include "command.hpp"

namespace radforge {

/// `task: classification` of evaluate, also without a file: `--predictions FILE`.
void run_evaluate_classification(const CommandContext& context);

} // namespace radforge
