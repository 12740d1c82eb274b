#include "evaluate_classification.hpp"

#include "ask_networks.hpp"
#include "evaluated_sweep.hpp"
#include "evaluation_files.hpp"
#include "run_session.hpp"
#include "shard_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/evaluation_config.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/progress.hpp"

#include <ATen/Parallel.h>

#include <cstdio>
#include <optional>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::vector<EvaluatedModel> read_models(const EvaluationConfig& config, const fs::path& folder) {
  std::vector<EvaluatedModel> models;
  for (const EvaluatedModelConfig& model : config.models) {
    std::vector<PredictionTable> tables;
    for (const std::string& file : model.predictions) {
      tables.push_back(read_prediction_table(file, model.columns));
    }
    if (!model.network.empty()) {
      tables.push_back(read_prediction_table(answers_file(folder, model.name), model.columns));
    }
    PredictionTable table = joined(tables);
    models.push_back({model.name, config.derive_no_finding ? with_no_finding(std::move(table)) : std::move(table), model.arm});
  }
  return models;
}

/// "predictions FILE DIGEST" a line.
std::string inputs_of(const EvaluationConfig& config) {
  std::set<std::string> files;
  for (const EvaluatedModelConfig& model : config.models) {
    files.insert(model.predictions.begin(), model.predictions.end());
  }
  std::string text;
  for (const std::string& file : files) {
    text += fmt::format("predictions {} {}\n", file, digest_file(file));
  }
  return text + inputs_of_networks(config);
}

void judge(const EvaluationConfig& config, const std::string& inputs, RunSession& session) {
  const CommandContext& context = session.context;
  std::vector<EvaluatedModel> models;
  agree(context.world, [&] { models = read_models(config, context.line.output); });
  RunContext run = session.run_context();
  const bool shows_progress = context.world.rank() == 0 && context.shows_progress;
  std::optional<Progress> progress;
  const ClassificationControl control{
      .num_threads = at::get_num_threads(), .progress = [&](std::int64_t num_done, std::int64_t num_all) {
        run.enter(Phase::compute, 0);
        if (!progress) {
          progress.emplace(Progress::Options{.label = "judge", .unit = "labels", .total = num_all, .enabled = shows_progress});
        }
        progress->update(num_done);
      }};
  run.enter(Phase::compute, 0);
  const ClassificationResult result = evaluate_classification(config, models, run.data, control);
  if (progress) {
    progress->finish();
  }
  for (const std::string& note : result.notes) {
    context.log.info("{}", note);
  }
  run.enter(Phase::save, 0);
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      session.dir().check_ownership();
      write_evaluation(context.line.output, session.config_digest(), inputs, config, result);
      std::fputs(evaluation_text(result).c_str(), stdout);
    }
  });
}

} // namespace

void run_evaluate_classification(const CommandContext& context) {
  EvaluationConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.watch(config.watchdog);
    session.use(config.compute);
    std::string inputs;
    agree(context.world, [&] {
      config = with_sweep(config);
      inputs = inputs_of(config);
    });
    require_equal(context.world, inputs, "content of the predictions");
    require_same_inputs(inputs, session);
    ask_networks(config, session);
    judge(config, inputs, session);
    if (context.world.rank() == 0) {
      std::printf("%s\n", (context.line.output / evaluation_file).c_str());
    }
  });
}

} // namespace radforge
