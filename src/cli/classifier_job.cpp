#include "classifier_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/patient_set.hpp"
#include "radforge/evaluate/predict.hpp"
#include "radforge/io/predictions.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace radforge {

namespace fs = std::filesystem;

bool is_listed(const std::vector<std::string>& datasets, const fs::path& dataset) {
  return std::ranges::any_of(
      datasets, [&](const std::string& name) { return name == dataset.string() || name == dataset.filename().string(); });
}

void check_patient_overlap(const ClassifierRunConfig& config, const Mixture& data, const Log& log) {
  PatientSet trained(data);
  if (!config.weights.empty()) {
    trained.add_origin(config.weights);
  }
  for (const std::string& origin : trained.unknown_origins()) {
    log.warning("{} does not say which patients it was trained on: an overlap with those predicted cannot be seen", origin);
  }
  std::set<std::int64_t> trained_ids; // of a source that trains on another split than "train"
  for (const SamplerSource& source : data.training()) {
    trained_ids.insert(source.ids.begin(), source.ids.end());
  }
  std::map<fs::path, std::set<std::string>> seen;
  for (const char* split : {"validation", "test"}) {
    for (const std::int64_t id : data.of_split(split)) {
      if (const std::string& patient = data.record(id).patient;
          !patient.empty() && !trained_ids.contains(id) && trained.contains(patient)) {
        seen[data.folder_of(id)].insert(patient);
      }
    }
  }
  for (const auto& [dataset, patients] : seen) {
    const std::string problem = fmt::format("{}: {} of its validation and test patients took part in the training, as {}",
                                            dataset.string(), patients.size(), *patients.begin());
    if (!is_listed(config.allow_patient_overlap, dataset)) {
      throw DataError(
          "{} (what is measured on them would say nothing of others) take sources whose patients are apart, or put the "
          "data set on allow_patient_overlap",
          problem);
    }
    log.warning("{}. Allowed by allow_patient_overlap, and told in the predictions", problem);
  }
}

void write_predictions_of_run(const ClassifierRunConfig& config, const Mixture& data, RunSession& session) {
  const fs::path result = session.dir().path() / "pipeline";
  const fs::path file = result / Predictions::file_name;
  Communicator& ranks = session.context.world;
  std::string there;
  agree(ranks, [&] {
    if (ranks.rank() == 0) {
      there = fs::exists(file) ? "there" : "missing";
    }
  });
  if (config.predict.empty() || broadcast(ranks, there) == "there") {
    return;
  }
  std::vector<std::int64_t> ids;
  for (const std::string& split : config.predict) {
    std::ranges::copy(data.of_split(split), std::back_inserter(ids));
  }
  std::ranges::sort(ids);
  std::optional<TrainedClassifier> classifier;
  agree(ranks, [&] { classifier.emplace(result, session.device()); });
  Progress progress({.label = "predict",
                     .unit = "images",
                     .total = static_cast<std::int64_t>(ids.size()),
                     .enabled = ranks.rank() == 0 && session.context.shows_progress});
  RunContext run = session.run_context();
  run.enter(Phase::compute, 0);
  Predictions predictions = predict(*classifier, data, ids, run.data, [&](std::int64_t num_done) {
    run.enter(Phase::compute, 0);
    progress.update(std::min(num_done * ranks.size(), static_cast<std::int64_t>(ids.size())));
  });
  progress.finish();
  run.enter(Phase::save, 0);
  agree(ranks, [&] {
    if (ranks.rank() == 0) {
      predictions.provenance = {{"radforge_config_digest", session.config_digest()},
                                {"model_digest", digest_file(result / "classifier/model.safetensors")},
                                {"splits", fmt::format("{}", fmt::join(config.predict, ","))},
                                {"allow_patient_overlap", fmt::format("{}", fmt::join(config.allow_patient_overlap, ","))}};
      for (const fs::path& folder : data.folders()) {
        predictions.provenance["dataset_digest " + folder.string()] = digest_file(folder / DatasetIndex::file_name);
      }
      session.dir().check_ownership();
      write_predictions(file, predictions);
    }
  });
}

} // namespace radforge
