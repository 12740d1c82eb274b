#include "radforge/config/classifier_run_config.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

void describe(Schema& schema, TargetConfig& config) {
  schema.field("label", config.label, Choices{"findings", "sex", "race", "view", "age"},
               "what the network tells: findings, each on its own; one of two or more classes; or the age in years");
  schema.field("names", config.names, "findings or classes, in the order of the outputs; empty: all that the data have");
  schema.check(config.label != "age" || config.names.empty(),
               "names are given with label age (it has no classes) leave them out");
}

void describe(Schema& schema, ClassifierLossConfig& config) {
  schema.field("class_weights", config.class_weights, Choices{"none", "balanced"},
               "balanced: the values of a label weigh the same over the training images, however rare one is");
  schema.field("label_smoothing", config.label_smoothing, RealRange{0, 0.99}, "part of a label that is spread over its values");
}

void describe(Schema& schema, StagesConfig& config) {
  schema.field("frozen", config.frozen, IntRange{0, 16},
               "first stages that stay as they are (1: the stem, 2: and what follows it, ...), their norms' statistics included");
  schema.field("learning_rate_decay", config.learning_rate_decay, RealRange{0, 1},
               "the learning rate of a stage is this times that of the stage after it; the head's is whole");
}

void describe(Schema& schema, ClassifierRunConfig& config) {
  schema.field("task", config.task, Choices{"classifier"}, "what is trained");
  schema.field("seed", config.seed, IntRange{.least = 0}, "keys all random numbers");
  schema.section("data", config.data, "which samples take part");
  schema.section("target", config.target, "what the network tells");
  schema.field(
      "weights", config.weights,
      "to start from: the folder of a classifier's run, or a safetensors file under torchvision's names; the head is taken "
      "where its names are the same; empty for random weights");
  schema.section("classifier", config.classifier, "the network");
  schema.section("loss", config.loss, "masked cross-entropy, or the absolute error of an age");
  schema.section("stages", config.stages, "how parts of the network learn");
  schema.section("train", config.train, "the training loop");
  schema.section("optimizer", config.optimizer, "AdamW and its schedule");
  schema.section("early_stopping", config.early_stopping, "which step is the result");
  schema.field("predict", config.predict, Choices{"train", "validation", "test"},
               "splits whose predictions are written at the end, to predictions.h5");
  schema.field(
      "allow_patient_overlap", config.allow_patient_overlap,
      "data sets whose validation and test splits may hold patients that trained the model or what it comes from; told in "
      "the file of predictions");
  schema.section("checkpoint", config.checkpoint, "what a run can resume from");
  schema.section("compute", config.compute, "where the models compute");
  schema.section("watchdog", config.watchdog, "seconds without progress after which a run is ended with exit code 5; 0 for none");
}

} // namespace radforge
