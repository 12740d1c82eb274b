#include "radforge/config/evaluation_config.hpp"

#include "name_check.hpp"

#include "radforge/config/schema.hpp"
#include "radforge/config/subgroup_names.hpp"

#include <algorithm>
#include <set>

namespace radforge {

void describe(Schema& schema, PredictionColumnsConfig& config) {
  schema.field("image", config.image, "column of the image's name, which no two rows share");
  schema.field("patient", config.patient, "column of the patient");
  schema.field("sex", config.sex, "column of M, F");
  schema.field("age", config.age, "column of the years");
  schema.field("race", config.race, "column of the race");
  schema.field("view", config.view, "column of the view position");
  schema.field("site", config.site,
               "column of the hospital; a table without one is one site, named as its file, or as its folder if that is called "
               "predictions");
  schema.field("split", config.split, "column of train, validation, test");
  schema.field("prefix", config.prefix, "before a label's name: the column of its scores");
  schema.field("scale", config.scale, Choices{"probability", "logit"}, "of the scores");
  schema.field("uncertain", config.uncertain, Choices{"unknown", "present", "absent"}, "what a label of -1 is taken for");
}

void describe(Schema& schema, ThresholdConfig& config) {
  schema.field("rule", config.rule, Choices{"max_f1", "youden", "false_positive_rate", "sensitivity"},
               "how the score from which on an image is called positive is chosen, one a label");
  schema.field("level", config.level, RealRange{0, 1}, "that false_positive_rate or sensitivity is held at");
  schema.field("split", config.split, Choices{"train", "validation", "test"},
               "whose images it is chosen on, of all sites together; without such, it is chosen on those that are judged");
}

void describe(Schema& schema, EligibilityConfig& config) {
  schema.field("min_of_rate", config.min_of_rate, IntRange{1},
               "images that a group's rate is a share of, for it to count in a gap");
  schema.field("min_of_auroc", config.min_of_auroc, IntRange{1}, "images of either class, for its AUROC to count in a gap");
}

void describe(Schema& schema, BootstrapConfig& config) {
  schema.field("num_draws", config.num_draws, IntRange{0, 1'000'000}, "0: no intervals");
  schema.field("level", config.level, RealRange{0.5, 0.9999}, "of the intervals");
  schema.field("unit", config.unit, Choices{"patient", "image", "image_by_class"},
               "what is drawn: patients with all their images, images, or images of either class apart");
  schema.field("interval", config.interval, Choices{"percentile", "bca"}, "bca: bias-corrected and accelerated");
  schema.field("num_blocks", config.num_blocks, IntRange{2, 100'000}, "parts of the units that bca leaves out in turn");
  schema.field("num_permutations", config.num_permutations, IntRange{0, 1'000'000},
               "of the groups, for the p-values of gaps; 0: none");
}

void describe(Schema& schema, EvaluatedModelConfig& config) {
  schema.field("name", config.name, "of its rows in the results");
  schema.field("predictions", config.predictions, "files: predictions.h5 of a trained classifier, or tables (CSV, gzip, xlsx)");
  schema.field("network", config.network, "folder of a trained classifier that is shown the images of `images`; empty: none");
  schema.section("columns", config.columns, "of tables: what their columns are called");
  schema.field(
      "arm", config.arm,
      "models of one arm are the same but for their seed: the arm has their mean, and is compared with other arms; empty: the "
      "model stands for itself");
  schema.check(is_name(config.name), name_problem);
  schema.check(config.arm.empty() || is_name(config.arm), name_problem);
  schema.check(config.predictions.empty() != config.network.empty(),
               "predictions and network are both given, or neither (one of them is judged) give one");
}

void describe(Schema& schema, EvaluatedSweepConfig& config) {
  schema.field("folder", config.folder, "of a sweep whose classifiers are judged, each run a model; empty: none");
  schema.field("entries", config.entries,
               "entries of the sweep whose runs are judged, behind `models`; the first arm of all is the baseline of arms.csv; "
               "empty: all that train "
               "classifiers");
  schema.field("seed_axis", config.seed_axis,
               "runs that differ in this axis alone are one arm; a sweep without an axis `seed` has an arm a run");
}

void describe(Schema& schema, LabelAverageConfig& config) {
  schema.field("name", config.name, "of its rows in the results");
  schema.field("labels", config.labels, "that the mean is taken over");
  schema.check(is_name(config.name), name_problem);
  schema.check(!config.labels.empty(), "labels is empty (a mean is taken over some) list them");
}

void describe(Schema& schema, EvaluationConfig& config) {
  schema.field("task", config.task, Choices{"classification"}, "what evaluate does");
  schema.field("seed", config.seed, IntRange{0}, "of the draws");
  schema.list("models", config.models, "what is judged, and beside each other");
  schema.section("sweep", config.sweep, "models of a sweep, beside `models`");
  schema.list(
      "images", config.images,
      "images that networks are shown, and the classifiers of the sweep instead of what they have said after their training; "
      "those of `split` are judged");
  schema.field(
      "allow_patient_overlap", config.allow_patient_overlap,
      "data sets of `images`, by path or name, that are judged though a network has learned from some of their patients");
  schema.field("sites", config.sites, "hospitals that are judged; empty: all");
  schema.field("training_sites", config.training_sites,
               "hospitals that the models have learned from, for arms.csv: others are external; empty: not told");
  schema.field("split", config.split, Choices{"train", "validation", "test"},
               "images that are judged; rows without a split are of each");
  schema.field("labels", config.labels, "that are judged; empty: all that a model has scores and labels of");
  schema.field("derive_no_finding", config.derive_no_finding,
               "judge 1 - the highest of the findings' probabilities as that of No_Finding, where a model does not tell it");
  schema.list("averages", config.averages,
              "means over some of the labels, beside that over all of them, 'macro', and 'weighted'");
  schema.field(
      "calibration", config.calibration, Choices{"none", "temperature", "platt"},
      "of the probabilities of each label, on the images of threshold.split: their logits stretched, or stretched and shifted");
  schema.section("threshold", config.threshold, "from which on an image is called positive");
  describe_subgroups(schema, config.subgroups,
                     "attributes by which images are judged apart: sex, age_group, race, view; 'sex + age_group' crosses two");
  schema.section("eligibility", config.eligibility, "groups that are too small are left out of gaps, and named");
  schema.field("smoothing", config.smoothing, Choices{"none", "jeffreys"},
               "of the rates in gaps: jeffreys adds half an image to either side");
  schema.field("num_bins", config.num_bins, IntRange{2, 1000}, "of equal width, of the calibration error");
  schema.section("bootstrap", config.bootstrap, "intervals");
  schema.section("compute", config.compute, "where the models compute");
  schema.section("watchdog", config.watchdog, "deadlines, after which a run that hangs ends with exit code 5");
  schema.check(!config.models.empty() || !config.sweep.folder.empty(),
               "models is empty, and no sweep is named (there is nothing to judge) list at least one");
  const bool has_network =
      std::ranges::any_of(config.models, [](const EvaluatedModelConfig& model) { return !model.network.empty(); });
  schema.check(has_network ? !config.images.empty() : config.images.empty() || !config.sweep.folder.empty(),
               "images and a network go together (the one is shown to the other) give both, or none");
  std::set<std::string> names;
  for (const EvaluatedModelConfig& model : config.models) {
    schema.check(names.insert(model.name).second, "models has a name twice (its rows would be mixed) give others");
  }
  for (const EvaluatedModelConfig& model : config.models) {
    schema.check(!names.contains(model.arm), "an arm has the name of a model (its rows would be mixed) give another");
  }
}

} // namespace radforge
