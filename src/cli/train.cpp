#include "classifier_job.hpp"
#include "command.hpp"
#include "device_memory.hpp"
#include "run_session.hpp"
#include "truncated_prompts.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/tasks/autoencoder_task.hpp"
#include "radforge/tasks/classifier_task.hpp"
#include "radforge/tasks/diffusion_task.hpp"
#include "radforge/train/trainer.hpp"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

// Of what dataset.json says of each source: the digests of its shards are in there.
std::string digest_of(const DataConfig& config) {
  std::string digests;
  for (const DataSourceConfig& source : config.sources) {
    digests += digest_file(fs::path(source.dataset) / DatasetIndex::file_name) + "\n";
  }
  return digest(digests);
}

std::vector<fs::path> given(std::initializer_list<std::string> paths) {
  std::vector<fs::path> folders;
  std::ranges::copy_if(paths, std::back_inserter(folders), [](const std::string& path) { return !path.empty(); });
  return folders;
}

// What a run starts from or uses, which others may have trained.
std::vector<fs::path> origins_of(const AutoencoderRunConfig& /*config*/) { return {}; }
std::vector<fs::path> origins_of(const DiffusionRunConfig& config) { return given({config.pipeline, config.autoencoder}); }
std::vector<fs::path> origins_of(const ClassifierRunConfig& config) { return given({config.weights}); }

template <class RunConfig>
TrainPlan plan_of(const RunConfig& config, const RunSession& session) {
  const CommandContext& context = session.context;
  std::string data_digest;
  agree(context.world, [&] { data_digest = digest_of(config.data); });
  require_equal(context.world, data_digest, "data");
  return {.data = config.data,
          .loop = config.train,
          .optimizer = config.optimizer,
          .checkpoint = config.checkpoint,
          .compute = config.compute,
          .seed = static_cast<std::uint64_t>(config.seed),
          .config_digest = session.config_digest(),
          .config = session.config(),
          .data_digest = data_digest,
          .origins = origins_of(config),
          .resume_step = context.line.resume_step,
          .allow_change = context.line.allow_change,
          .profile_steps = context.line.profile_steps};
}

constexpr const char* less_memory_for_training =
    "Lower train.micro_batch_size, switch train.activation_checkpointing on, or share the optimizer's state over more ranks by "
    "optimizer.shard";

void train(TrainPlan plan, RunSession& session, const Mixture& data, Task& task) {
  const Log& log = session.context.log;
  for (const std::string& note : data.notes()) {
    log.info("{}", note);
  }
  log.info("{} parameters, {} images a step over {} ranks, {} steps", task.parameters().num_parameters(), plan.loop.batch_size,
           session.context.world.size(), plan.loop.steps);
  RunContext run = session.run_context();
  const std::string taken = memory_of_training(task.parameters(), plan.loop, plan.optimizer, session.context.world.size());
  if (session.device().is_cuda()) {
    log.info("{}", taken);
  }
  TrainSummary summary;
  explain_device_memory(session.device(), taken, less_memory_for_training,
                        [&] { summary = Trainer(std::move(plan), run, data, task).run(); });
  if (summary.new_steps == 0) {
    log.info("{} is trained already ({} steps): nothing to do", session.dir().path().string(), summary.steps);
  } else {
    log.info("done: {} steps, last loss {:.4f}, {:.1f} images/s, {:.2f} rank-hours", summary.steps, summary.loss,
             summary.images_per_s, summary.rank_hours);
  }
  if (session.context.world.rank() == 0) {
    std::printf("%s\n", (session.dir().path() / "pipeline").c_str());
  }
}

void train_autoencoder(const CommandContext& context) {
  AutoencoderRunConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.watch(config.watchdog);
    session.use(config.compute);
    std::optional<Mixture> data;
    std::optional<AutoencoderTask> task;
    agree(context.world, [&] {
      data.emplace(config.data);
      task.emplace(config, *data, session.device());
    });
    train(plan_of(config, session), session, *data, *task);
  });
}

// The vocabulary is that of the pipeline to start from, or comes from the prompts that training sees: rank 0 learns it, all read
// it.
fs::path make_tokenizer(const DiffusionRunConfig& config, const Mixture& data, const RunSession& session) {
  const bool given = !config.pipeline.empty();
  const fs::path folder = given ? fs::path(config.pipeline) / "tokenizer" : session.dir().path() / "tokenizer";
  const CommandContext& context = session.context;
  agree(context.world, [&] {
    if (context.world.rank() != 0) {
      return;
    }
    std::set<std::string> prompts;
    for (const SamplerSource& source : data.training()) {
      for (const std::int64_t id : source.ids) {
        prompts.insert(data.record(id).prompt);
      }
    }
    if (!given) {
      fs::remove_all(folder); // of an earlier start, which may have been killed in it
      fs::create_directories(folder);
      train_clip_tokenizer({prompts.begin(), prompts.end()}, config.tokenizer.num_merges,
                           config.text_encoder.max_position_embeddings, folder);
    }
    warn_of_truncated_prompts(prompts, folder, context.log);
  });
  return folder;
}

void train_diffusion(const CommandContext& context) {
  DiffusionRunConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.watch(config.watchdog);
    session.use(config.compute);
    std::optional<Mixture> data;
    agree(context.world, [&] { data.emplace(config.data); });
    if (config.parts.text_encoder.train && !data->text_states().empty()) {
      context.log.info("the text states that lie with the data are not used: the text encoder learns");
    }
    const fs::path tokenizer = make_tokenizer(config, *data, session);
    std::optional<DiffusionTask> task;
    agree(context.world, [&] { task.emplace(config, *data, tokenizer, session.device()); });
    train(plan_of(config, session), session, *data, *task);
  });
}

void train_classifier(const CommandContext& context) {
  ClassifierRunConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.watch(config.watchdog);
    session.use(config.compute);
    std::optional<Mixture> data;
    std::optional<ClassifierTask> task;
    agree(context.world, [&] {
      data.emplace(config.data);
      check_patient_overlap(config, *data, context.log);
      TargetLabels target(config.target, *data);
      for (const std::string& note : target.notes()) {
        context.log.warning("{}", note);
      }
      task.emplace(config, *data, std::move(target), session.device());
    });
    for (const std::string& note : task->notes()) {
      context.log.info("{}", note);
    }
    TrainPlan plan = plan_of(config, session);
    plan.early_stopping = config.early_stopping;
    train(std::move(plan), session, *data, *task);
    write_predictions_of_run(config, *data, session);
  });
}

} // namespace

void run_train(const CommandContext& context) {
  std::string task;
  agree(context.world, [&] { task = peek_config(context.line.config, context.line.overrides, "task"); });
  if (task == "autoencoder") {
    train_autoencoder(context);
  } else if (task == "diffusion") {
    train_diffusion(context);
  } else if (task == "classifier") {
    train_classifier(context);
  } else {
    throw as_agreed(ConfigError("{}: task '{}' cannot be trained (there are autoencoder, diffusion and classifier)",
                                context.line.config.string(), task));
  }
}

} // namespace radforge
