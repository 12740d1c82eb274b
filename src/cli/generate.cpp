#include "command.hpp"
#include "dataset_folder.hpp"
#include "generate_job.hpp"
#include "real_images.hpp"
#include "run_session.hpp"
#include "truncated_prompts.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/generate/check_rates.hpp"
#include "radforge/io/contact_sheet.hpp"
#include "radforge/io/shard_reader.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

constexpr const char* sheet_name = "contact_sheet.png";

// The first planned images, and beside each a real one of the same sex and age group where the data set has one.
void write_sheet(const SheetConfig& sheet, const GenerationPlan& plan, const fs::path& folder) {
  std::vector<SampleRecord> shown;
  std::vector<std::int64_t> ids;
  for (std::int64_t id = 0; id < std::min(sheet.rows * sheet.columns, plan.num_images()); ++id) {
    shown.push_back(plan.record(id));
    ids.push_back(id);
  }
  const std::vector<Image> real = sheet.real_dataset.empty() ? std::vector<Image>() : real_images_like(shown, sheet);
  write_png(folder / sheet_name, make_contact_sheet(real, images_of(Dataset(folder), ids), static_cast<int>(sheet.columns)));
}

/// Shows where the sheet is, and makes it if a run that was killed has not.
void show_sheet(const SheetConfig& sheet, const GenerationPlan& plan, const CommandContext& context) {
  const fs::path& folder = context.line.output;
  agree(context.world, [&] {
    if (context.world.rank() == 0 && !fs::exists(folder / sheet_name)) {
      write_sheet(sheet, plan, folder);
    }
  });
  if (context.world.rank() == 0) {
    std::printf("%s\n", (folder / sheet_name).c_str());
  }
}

/// What became of the rows: counts for the index, and how many passed the check.
struct Outcome {
  std::map<std::string, std::map<std::string, std::int64_t>> counts;
  CheckRates rates;
};

Outcome outcome_of(const std::vector<ShardSummary>& shards, const GenerationPlan& plan, const GenerateConfig& config,
                   const fs::path& folder) {
  RowCounter counter;
  Outcome outcome{{}, CheckRates(plan, config.quality.num_attempts())};
  for (const ShardSummary& shard : shards) {
    for (const SampleRecord& record : ShardReader(folder / shard.file).metadata()) {
      counter.add(record);
      outcome.rates.add(record);
    }
  }
  outcome.counts = counter.counts();
  return outcome;
}

/// Rank 0's business: `index.counts`, `check_rates.csv`, and what the log says of it.
void write_outcome(DatasetIndex& index, const GenerateJob& job, const GenerateConfig& config, const CommandContext& context) {
  agree(context.world, [&] {
    if (context.world.rank() != 0) {
      return;
    }
    const Outcome outcome = outcome_of(index.shards, job.plan(), config, context.line.output);
    index.counts = outcome.counts;
    if (job.checks()) {
      write_file_atomically(context.line.output / "check_rates.csv", outcome.rates.csv());
      for (const std::string& line : outcome.rates.summary()) {
        context.log.info("{}", line);
      }
    }
  });
}

/// The prompts of some images of each cell: those of one cell differ in age, and hardly in length.
std::set<std::string> prompts_of(const GenerationPlan& plan) {
  constexpr std::size_t enough = 100;
  std::vector<std::size_t> counts(plan.cohort().cells().size());
  std::set<std::string> prompts;
  for (std::int64_t id = 0; id < plan.num_images(); ++id) {
    if (counts[plan.cell_of(id)]++ < enough) {
      prompts.insert(plan.record(id).prompt);
    }
  }
  return prompts;
}

void write_plan(const GenerationPlan& plan, const GenerateConfig& config, const CommandContext& context) {
  for (const std::string& note : plan.cohort().notes()) {
    context.log.info("{}", note);
  }
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      plan.write_csv(context.line.output / "plan.csv");
      warn_of_truncated_prompts(prompts_of(plan), fs::path(config.pipeline) / "tokenizer", context.log);
    }
  });
}

/// How fast it went, for people and for `timing.jsonl`: what is not the networks' time is claims, checks of shards that were
/// there, compression, writing, and the wait for the last shard. Collective.
void report_speed(const GenerateJob& job, double seconds, std::size_t num_shards, RunSession& session) {
  const auto microseconds = [](double value) { return static_cast<std::int64_t>(value * 1e6); };
  Communicator& world = session.context.world;
  const double longest = 1e-6 * static_cast<double>(all_max(world, microseconds(seconds)));
  const double in_networks = 1e-6 * static_cast<double>(all_sum(world, microseconds(job.network_s())));
  const std::int64_t num_made = all_sum(world, job.num_made());
  if (num_made == 0) {
    return;
  }
  const double rate = static_cast<double>(num_made) / longest;
  const double share = in_networks / (longest * world.size());
  session.context.log.info("{} images made in {:.1f} s, {:.1f} images/s; {:.1f} % of the ranks' time in networks", num_made,
                           longest, rate, 100 * share);
  if (const std::string problem = job.recording_problem(); !problem.empty()) {
    session.context.log.warning(
        "the denoiser was launched kernel by kernel ({}). Set compute.graphs to false to say so from the start", problem);
  }
  agree(world, [&] {
    MetricLog& metrics = session.run_context().metrics;
    metrics.resume_from(MetricLog::kFromStart); // an earlier start made other shards
    metrics.write_timing(
        static_cast<std::int64_t>(num_shards),
        {{"images", static_cast<double>(num_made)}, {"seconds", longest}, {"images_per_s", rate}, {"network_share", share}});
  });
}

void generate(const GenerateConfig& config, RunSession& session) {
  const CommandContext& context = session.context;
  const fs::path& folder = context.line.output;
  session.use(config.compute);
  GenerateJob job(config, context.world, session.device());
  agree(context.world, [&] {
    if (!config.sheet.real_dataset.empty()) { // hours before the sheet is made
      require_images(DatasetIndex::load(config.sheet.real_dataset).schema, config.sheet.real_dataset);
    }
  });
  const ShardJob shards = job.shards();
  require_same_inputs(shards.inputs, session);
  if (session.joins()) {
    make_shards(shards, session, folder);
    return;
  }
  if (is_complete(session)) {
    context.log.info("{} is complete and verified (same configuration, same pipeline): nothing to do", folder.string());
    show_sheet(config.sheet, job.plan(), context);
    return;
  }
  write_plan(job.plan(), config, context);
  const Stopwatch watch;
  std::vector<ShardSummary> made = make_shards(shards, session, folder);
  report_speed(job, watch.seconds(), static_cast<std::size_t>(shards.num_shards), session);
  DatasetIndex index{.name = "generate",
                     .config_digest = session.config_digest(),
                     .schema = shards.schema,
                     .rows_per_shard = config.rows_per_shard,
                     .shards = gather_summaries(std::move(made), context.world),
                     .counts = {},
                     .virtual_file = {}};
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      fs::remove(folder / sheet_name); // of other images
    }
  });
  write_outcome(index, job, config, context);
  publish_index(index, session, folder, {config.pipeline});
  context.log.info("{} rows in {} shards", index.num_rows(), index.shards.size());
  show_sheet(config.sheet, job.plan(), context);
}

} // namespace

void run_generate(const CommandContext& context) {
  for (bool again = false;; again = true) {
    GenerateConfig config;
    RunSession session(
        context, [&](Schema& schema) { describe(schema, config); }, Joining::allowed);
    if (session.joins() && again) {
      return; // who has the folder finishes the set
    }
    session.run([&] { generate(config, session); });
    if (!session.joins()) {
      return;
    }
  }
}

} // namespace radforge
