#include "radforge/config/scaling_config.hpp"

#include "name_check.hpp"

#include "radforge/config/schema.hpp"

#include <set>

namespace radforge {

void describe(Schema& schema, ScalingMeasureConfig& config) {
  schema.field("name", config.name, "of its rows in the results");
  schema.field("trainings", config.trainings, "entry of the sweep whose runs are the points");
  schema.field("source", config.source, Choices{"training", "classification", "image-quality"},
               "where the number is found: metrics.jsonl of the training, or what an evaluation of it wrote");
  schema.field(
      "entry", config.entry,
      "entry of the sweep that evaluated the trainings, a run each with the same values on all axes; empty for training");
  schema.field("key", config.key, "of the last line of metrics.jsonl that has it; or a metric of the evaluation: auroc, fid");
  schema.field("model", config.model, "row of metrics.csv; empty: the only one");
  schema.field("site", config.site, "row of metrics.csv; empty: the only one");
  schema.field("label", config.label, "row of metrics.csv");
  schema.field("subgroup", config.subgroup, "row of metrics.csv or image_quality.csv");
  schema.field("features", config.features, "row of image_quality.csv; empty: the only one");
  schema.field("trend", config.trend, Choices{"falling", "rising"}, "what it does as models and data grow");
  schema.check(is_name(config.name), name_problem);
  schema.check(!config.trainings.empty(), "trainings is missing (its runs are the points) name an entry of the sweep");
  schema.check((config.source == "training") == config.entry.empty(),
               "entry and source do not fit (a training's own number needs no entry, an evaluation's one) correct one of them");
  schema.check(!config.key.empty(), "key is missing (there are many numbers) name one");
}

void describe(Schema& schema, ScalingBudgetConfig& config) {
  schema.field("gflop", config.gflop, RealRange{1e-6, 1e15}, "arithmetic of a training, in 1e9 FLOP");
}

void describe(Schema& schema, ScalingFitConfig& config) {
  schema.field("level", config.level, RealRange{0.5, 0.9999}, "of the intervals");
  schema.field("num_draws", config.num_draws, IntRange{0, 1'000'000}, "of the bootstrap; 0: no intervals and no predictions");
  schema.field("residuals", config.residuals, Choices{"relative", "absolute"},
               "of falling measures: what their noise is in proportion to; rising ones have absolute residuals");
  schema.field("huber_delta", config.huber_delta, RealRange{0, 1e6},
               "where the loss of a residual turns from a square to a line; 0: by the scale of the residuals");
  schema.field("max_exponent", config.max_exponent, RealRange{0.1, 10}, "largest exponent that is looked at");
}

void describe(Schema& schema, ScalingConfig& config) {
  schema.field("task", config.task, Choices{"scaling"}, "what evaluate does");
  schema.field("seed", config.seed, IntRange{0}, "of the draws");
  schema.field("sweep", config.sweep, "folder of the sweep");
  schema.list("measures", config.measures, "numbers of each training that laws are fitted to");
  schema.field("held_out", config.held_out, IntRange{0, 1000},
               "places (sizes of model and data) of the most arithmetic, whose runs are predicted and not fitted");
  schema.list("budgets", config.budgets, "of which the best sizes of model and data are told");
  schema.section("fit", config.fit, "how laws are fitted");
  schema.section("watchdog", config.watchdog, "deadlines, after which a run that hangs ends with exit code 5");
  schema.check(!config.sweep.empty(), "sweep is missing (its runs are the points) name its folder");
  schema.check(!config.measures.empty(), "measures is empty (there is nothing to fit) list at least one");
  std::set<std::string> names;
  for (const ScalingMeasureConfig& measure : config.measures) {
    schema.check(names.insert(measure.name).second, "measures has a name twice (its rows would be mixed) give others");
  }
}

} // namespace radforge
