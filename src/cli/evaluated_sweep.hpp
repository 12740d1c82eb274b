#pragma once

#include "radforge/config/evaluation_config.hpp"

namespace radforge {

/// The configuration with the sweep's classifiers among its models: each run a model, those that differ in their seed alone an
/// arm. Where there are images they are shown them, else they are judged by what they have said after their training. Errors:
/// DataError (no sweep is there; a run has no classifier or no predictions yet), ConfigError (an entry that it has not; a name
/// that a model has).
EvaluationConfig with_sweep(EvaluationConfig config);

} // namespace radforge
