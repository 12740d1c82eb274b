#include "ask_networks.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/patient_set.hpp"
#include "radforge/evaluate/predict.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

DataConfig data_of(const EvaluationConfig& config) {
  DataConfig data;
  data.sources = config.images;
  data.findings = "union";
  data.validation_split.clear();
  return data;
}

std::vector<std::int64_t> ids_of(const Mixture& data) {
  std::vector<std::int64_t> ids;
  for (const SamplerSource& source : data.training()) { // each its split
    std::ranges::copy(source.ids, std::back_inserter(ids));
  }
  std::ranges::sort(ids);
  return ids;
}

bool is_allowed(const EvaluationConfig& config, const fs::path& dataset) {
  return std::ranges::any_of(config.allow_patient_overlap, [&](const std::string& name) {
    return name == dataset.string() || name == dataset.filename().string();
  });
}

void check_overlap(const EvaluationConfig& config, const EvaluatedModelConfig& model, const Mixture& data,
                   const std::vector<std::int64_t>& ids, const Log& log) {
  PatientSet trained;
  trained.add_origin(model.network);
  for (const std::string& origin : trained.unknown_origins()) {
    log.warning("{} does not say which patients it was trained on: an overlap with those judged cannot be seen", origin);
  }
  std::set<fs::path> warned;
  for (const std::int64_t id : ids) {
    const SampleRecord& record = data.record(id);
    const fs::path& folder = data.folder_of(id);
    if (record.split != config.split || record.patient.empty() || warned.contains(folder) || !trained.contains(record.patient)) {
      continue;
    }
    if (!is_allowed(config, folder)) {
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

void ask(const EvaluationConfig& config, const EvaluatedModelConfig& model, const Mixture& data, RunSession& session) {
  const CommandContext& context = session.context;
  const std::vector<std::int64_t> ids = ids_of(data);
  std::optional<TrainedClassifier> classifier;
  agree(context.world, [&] {
    classifier.emplace(model.network);
    if (context.world.rank() == 0) {
      check_overlap(config, model, data, ids, context.log);
    }
  });
  RunContext run = session.run_context();
  Progress progress({.label = model.name,
                     .unit = "images",
                     .total = std::ssize(ids),
                     .enabled = context.world.rank() == 0 && context.shows_progress});
  run.enter(Phase::compute, 0);
  Predictions predictions = predict(*classifier, data, ids, run.data, [&](std::int64_t num_done) {
    run.enter(Phase::compute, 0);
    progress.update(std::min(num_done * context.world.size(), static_cast<std::int64_t>(std::ssize(ids))));
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
  std::optional<Mixture> data;
  agree(world, [&] { data.emplace(data_of(config)); });
  for (const EvaluatedModelConfig& model : config.models) {
    bool is_asked = model.network.empty();
    agree(world,
          [&] { is_asked = is_asked || (world.rank() == 0 && fs::exists(answers_file(session.dir().path(), model.name))); });
    if (all_max(world, is_asked ? 1 : 0) == 0) {
      ask(config, model, *data, session);
    }
  }
}

} // namespace radforge
