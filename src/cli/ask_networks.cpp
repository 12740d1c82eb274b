#include "ask_networks.hpp"

#include "classifier_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/patient_set.hpp"
#include "radforge/evaluate/predict.hpp"
#include "radforge/quality/image_set.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

void check_overlap(const EvaluationConfig& config, const EvaluatedModelConfig& model, const ImageSet& images, const Log& log) {
  PatientSet trained;
  trained.add_origin(model.network);
  for (const std::string& origin : trained.unknown_origins()) {
    log.warning("{} does not say which patients it was trained on: an overlap with those judged cannot be seen", origin);
  }
  std::set<fs::path> warned;
  for (const std::int64_t id : images.ids()) {
    const SampleRecord& record = images.data().record(id);
    const fs::path& folder = images.data().folder_of(id);
    if (record.split != config.split || record.patient.empty() || warned.contains(folder) || !trained.contains(record.patient)) {
      continue;
    }
    if (!is_listed(config.allow_patient_overlap, folder)) {
      throw DataError(
          "{} has learned from patients of {} that it is judged on, as {} (its numbers would say nothing of others) take "
          "other images, or put the data set on allow_patient_overlap",
          model.network, folder.string(), record.patient);
    }
    log.warning("{} has learned from patients of {} that it is judged on, as {}. Allowed by allow_patient_overlap", model.network,
                folder.string(), record.patient);
    warned.insert(folder);
  }
}

void ask(const EvaluationConfig& config, const EvaluatedModelConfig& model, const ImageSet& images, RunSession& session) {
  const CommandContext& context = session.context;
  std::optional<TrainedClassifier> classifier;
  agree(context.world, [&] {
    classifier.emplace(model.network, session.device());
    if (context.world.rank() == 0) {
      check_overlap(config, model, images, context.log);
    }
  });
  RunContext run = session.run_context();
  Progress progress({.label = model.name,
                     .unit = "images",
                     .total = images.size(),
                     .enabled = context.world.rank() == 0 && context.shows_progress});
  run.enter(Phase::compute, 0);
  Predictions predictions = predict(*classifier, images.data(), images.ids(), run.data, [&](std::int64_t num_done) {
    run.enter(Phase::compute, 0);
    progress.update(std::min(num_done * context.world.size(), images.size()));
  });
  progress.finish();
  run.enter(Phase::save, 0);
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      predictions.provenance = {{"radforge_config_digest", session.config_digest()}, {"splits", config.split}};
      session.dir().check_ownership();
      const fs::path file = answers_file(session.dir().path(), model.name);
      fs::create_directories(file.parent_path());
      write_predictions(file, predictions);
    }
  });
}

} // namespace

fs::path answers_file(const fs::path& folder, const std::string& model) { return folder / "predictions" / (model + ".h5"); }

std::string inputs_of_networks(const EvaluationConfig& config) {
  std::string text;
  for (const EvaluatedModelConfig& model : config.models) {
    if (!model.network.empty()) {
      text += fmt::format("network {} {}\n", model.network,
                          digest_file(find_classifier(model.network) / "classifier/model.safetensors"));
    }
  }
  std::set<std::string> datasets;
  for (const DataSourceConfig& source : config.images) {
    datasets.insert(source.dataset);
  }
  for (const std::string& dataset : datasets) {
    text += fmt::format("images {} {}\n", dataset, digest_file(fs::path(dataset) / DatasetIndex::file_name));
  }
  return text;
}

void ask_networks(const EvaluationConfig& config, RunSession& session) {
  if (config.images.empty()) {
    return;
  }
  Communicator& world = session.context.world;
  std::optional<ImageSet> images;
  agree(world, [&] { images.emplace(config.images); });
  for (const EvaluatedModelConfig& model : config.models) {
    bool is_asked = model.network.empty();
    agree(world,
          [&] { is_asked = is_asked || (world.rank() == 0 && fs::exists(answers_file(session.dir().path(), model.name))); });
    if (all_max(world, is_asked ? 1 : 0) == 0) {
      ask(config, model, *images, session);
    }
  }
}

} // namespace radforge
