#pragma once

#include "command.hpp"

namespace radforge {

/// `task: scaling` of evaluate.
void run_evaluate_scaling(const CommandContext& context);

} // namespace radforge
