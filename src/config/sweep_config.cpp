#include "radforge/config/sweep_config.hpp"

#include "name_check.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

void describe(Schema& schema, SweepValueConfig& config) {
  schema.field("name", config.name, "part of the runs' names");
  schema.field("set", config.set, "path.key=value, as after --set on the command line");
  schema.check(is_name(config.name), name_problem);
}

void describe(Schema& schema, SweepAxisConfig& config) {
  schema.field("name", config.name, "what differs");
  schema.field("key", config.key,
               "configuration key whose value is the name of the axis' value; empty: what each value sets is all");
  schema.list("values", config.values, "one run each");
  schema.check(is_name(config.name), name_problem);
  schema.check(!config.values.empty(), "values is empty (an axis has at least one) list them");
}

void describe(Schema& schema, SweepRunConfig& config) {
  schema.field("name", config.name, "first part of the runs' names");
  schema.field("config", config.config, "file of the training, the generation or the evaluation");
  schema.field("after", config.after,
               "run that must be finished before, with the same values on the axes that it has; empty for none");
  schema.field("axes", config.axes, "axes that make runs of it; [\"*\"] for all");
  schema.field("set", config.set,
               "path.key=value, after what the sweep and the axes set; {after} is that run's folder, {sweep} the sweep's, and an "
               "axis' name in braces its value's name");
  schema.check(is_name(config.name), name_problem);
  schema.check(!config.config.empty(), "config is missing (a run is a training, a generation or an evaluation) name its file");
}

void describe(Schema& schema, SweepConfig& config) {
  schema.field("task", config.task, Choices{"sweep"}, "many runs as one job");
  schema.field("ranks_per_run", config.ranks_per_run, IntRange{1, 1'000'000}, "the world is split into groups of so many");
  schema.field("set", config.set, "path.key=value of every run, before its own");
  schema.list("axes", config.axes, "what differs from run to run");
  schema.list("runs", config.runs, "each once for every combination of its axes' values");
  schema.check(!config.runs.empty(), "runs is empty (nothing to do) list at least one");
}

} // namespace radforge
