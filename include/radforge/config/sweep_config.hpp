#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// One of an axis' choices.
struct SweepValueConfig {
  std::string name;             ///< stands in the run's name
  std::vector<std::string> set; ///< "path.key=value", as on the command line
};

/// What differs from run to run.
struct SweepAxisConfig {
  std::string name;
  std::string key; ///< configuration key that takes the values' names as its value; "" = their `set` says all
  std::vector<SweepValueConfig> values;
};

/// A run, once for each combination of its axes.
struct SweepRunConfig {
  std::string name;
  std::string config;                    ///< file of the training, the generation or the evaluation
  std::string after;                     ///< run that must be finished before, of the same values on the axes that it has
  std::vector<std::string> axes = {"*"}; ///< "*" = all
  std::vector<std::string> set;          ///< {after}: that run's folder; {<axis>}: the value's name; {sweep}: the sweep's folder
};

/// `task: sweep`: trainings, generations and evaluations that differ, as one job.
struct SweepConfig {
  std::string task = "sweep";
  std::int64_t ranks_per_run = 1;
  std::vector<std::string> set; ///< of every run, before its own
  std::vector<SweepAxisConfig> axes;
  std::vector<SweepRunConfig> runs;
};

void describe(Schema& schema, SweepValueConfig& config);
void describe(Schema& schema, SweepAxisConfig& config);
void describe(Schema& schema, SweepRunConfig& config);
void describe(Schema& schema, SweepConfig& config);

} // namespace radforge
