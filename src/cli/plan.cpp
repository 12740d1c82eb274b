#include "cluster_plan.hpp"
#include "command.hpp"
#include "generation_cost.hpp"
#include "measured_rank_rate.hpp"
#include "pipeline_table.hpp"
#include "published_models.hpp"
#include "training_plan.hpp"
#include "training_scale.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/data/target_labels.hpp"
#include "radforge/nn/device_rate.hpp"
#include "radforge/tasks/diffusion_task.hpp"
#include "radforge/train/gradient_buckets.hpp"

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::string memory_of(const StateSize& state, const LoopConfig& loop) {
  const char* copy = loop.precision == "bf16" ? ", a copy of the weights in bf16" : "";
  return fmt::format(
      "  a rank holds {:.1f} MB: weights, gradients, two moments and an average of {} trained parameters in fp32{}, "
      "and {} frozen ones in {}; activations and images come on top\n",
      bytes_a_rank(state, OptimizerState::replicated, 1) / 1e6, state.num_trained, copy, state.num_frozen, loop.precision);
}

StateSize state_size(const ParameterSet& trained, const ParameterSet& frozen, const LoopConfig& loop) {
  StateSize state{.num_trained = trained.num_parameters(), .num_frozen = frozen.num_parameters()};
  if (loop.precision == "bf16") {
    state.bytes_on_each_rank += 2;
    state.bytes_frozen = 2;
  }
  return state;
}

AssumedRates measured_rates() {
  AssumedRates rates;
  rates.here = measure_matmul_rate(at::kFloat);
  rates.here_text = fmt::format("fp32 matrix products measured on {} threads", at::get_num_threads());
  if (has_native_bf16()) {
    rates.here_text += fmt::format(" ({} in bf16)", with_prefix(measure_matmul_rate(at::kBFloat16), "FLOP/s"));
  }
  return rates;
}

/// What the data sets say of a run.
struct DataFacts {
  std::int64_t num_images = 0; ///< that training sees in an epoch
  std::int64_t height = 0;     ///< of an image, whose latents the data may be
  std::int64_t width = 0;
  ValueKind kind = ValueKind::images;
};

std::optional<DataFacts> facts_of(const DataConfig& config) {
  const auto is_there = [](const DataSourceConfig& source) { return fs::exists(fs::path(source.dataset) / "dataset.json"); };
  if (config.sources.empty() || !std::ranges::all_of(config.sources, is_there)) {
    return std::nullopt;
  }
  const Mixture data(config);
  const ImageShape image = image_shape_of(data.schema());
  DataFacts facts{.height = image.height, .width = image.width, .kind = data.schema().kind};
  for (const SamplerSource& source : data.training()) {
    facts.num_images += static_cast<std::int64_t>(source.ids.size());
  }
  return facts;
}

std::string plan_of_folder(const fs::path& folder) {
  const Pipeline pipeline(read_unet_config(folder), read_text_encoder_config(folder), read_autoencoder_config(folder));
  return pipeline_table(pipeline, PipelineContent{});
}

/// What is known of a training: its models as a text, and the rest in numbers.
struct Planned {
  std::string models;
  TrainingPlan training;
};

template <class Config>
TrainingPlan training_of(const Config& config, const DescribedModels& models, const std::optional<DataFacts>& data) {
  TrainingPlan plan{.loop = config.train, .keep = config.checkpoint.keep, .shard = config.optimizer.shard};
  plan.state = state_size(models.trained, models.frozen, config.train);
  plan.num_images = data ? std::optional(data->num_images) : std::nullopt;
  const std::vector<ParameterSet::Entry>& entries = models.trained.entries();
  const std::int64_t end = entries.empty() ? 0 : entries.back().offset + entries.back().count;
  if (config.train.reduction == "canonical") {
    plan.bucket_counts = {end}; // travels when backward is over
    return plan;
  }
  for (const GradientBucket& bucket : gradient_buckets(entries, end, static_cast<std::int64_t>(config.train.bucket_mb * 1e6))) {
    plan.bucket_counts.push_back(bucket.range.count);
  }
  return plan;
}

Planned plan_of_autoencoder(const CommandLine& line) {
  AutoencoderRunConfig config;
  load_config(line.config, line.overrides, [&](Schema& schema) { describe(schema, config); });
  const DescribedModels models(config);
  const std::optional<DataFacts> data = facts_of(config.data);
  const std::int64_t height = data ? data->height : config.autoencoder.sample_size;
  const std::int64_t width = data ? data->width : config.autoencoder.sample_size;
  TrainingPlan plan = training_of(config, models, data);
  plan.parts = parts_of(config, height, width);
  plan.activations = activations_of(config.train);
  return {pipeline_table_head() + pipeline_table_row("vae", "AutoencoderKL", models.trained), plan};
}

// Images that are not augmented are encoded when they are first seen, if one rank has room to keep them.
double encoded_share(const DiffusionRunConfig& config, const std::optional<DataFacts>& data, std::int64_t num_moments) {
  if (!data || config.data.augmentation != AugmentationConfig{}) {
    return 1;
  }
  const auto images = static_cast<double>(data->num_images);
  const double kept = std::min(1.0, config.kept_mb * 1e6 / (images * static_cast<double>(num_moments) * sizeof(float)));
  const double first_seen = std::min(1.0, images / static_cast<double>(config.train.steps * config.train.batch_size));
  return kept * first_seen + 1 - kept;
}

Planned plan_of_diffusion(const CommandLine& line) {
  DiffusionRunConfig config;
  load_config(line.config, line.overrides, [&](Schema& schema) { describe(schema, config); });
  std::string note;
  std::optional<AutoencoderConfig> vae;
  if (fs::exists(config.pipeline)) {
    config = with_models_of_pipeline(config);
  } else if (!config.pipeline.empty()) {
    note = fmt::format("  the pipeline {} is not there yet: counted with the models of Stable Diffusion 2.1-base\n",
                       config.pipeline);
    const PublishedModels models = stable_diffusion_2_1_base();
    config.unet = models.unet;
    config.text_encoder = models.text_encoder;
    vae = models.autoencoder;
  }
  if (const std::string assumed = assume_vocabulary(config); !assumed.empty()) {
    note += fmt::format("  {}\n", assumed);
  }
  DescribedModels models(config);
  const auto set_of = [&](const PartConfig& part) -> ParameterSet& { return part.train ? models.trained : models.frozen; };
  std::string text = pipeline_table_head() +
                     pipeline_table_row("unet", "UNet2DConditionModel", set_of(config.parts.unet), "unet.") +
                     pipeline_table_row("text_encoder", "CLIPTextModel", set_of(config.parts.text_encoder), "text_encoder.");
  const std::optional<DataFacts> data = facts_of(config.data);
  std::vector<PartCost> parts;
  std::int64_t latent_height = config.unet.sample_size;
  std::int64_t latent_width = config.unet.sample_size;
  if (fs::exists(fs::path(config.autoencoder) / "vae/config.json")) {
    vae = read_autoencoder_config(config.autoencoder);
  }
  if (vae) {
    const AutoencoderKL autoencoder(*vae, ParameterScope(models.frozen, "vae."));
    text += pipeline_table_row("vae", "AutoencoderKL", models.frozen, "vae.");
    const std::int64_t downscale = autoencoder.downscale();
    if (data) {
      latent_height = data->height / downscale;
      latent_width = data->width / downscale;
    }
    if (data && data->kind == ValueKind::latents) {
      note += "  the data are latents already: nothing is encoded\n";
    } else {
      parts.push_back({"vae, encoder", encode_multiply_adds(*vae, latent_height * downscale, latent_width * downscale),
                       PartUse::forward, encoded_share(config, data, 2 * vae->latent_channels * latent_height * latent_width)});
    }
  } else {
    note += fmt::format("  the autoencoder {} is not there yet, and not counted\n", config.autoencoder);
  }
  std::ranges::move(parts_of(config, latent_height, latent_width), std::back_inserter(parts));
  TrainingPlan plan = training_of(config, models, data);
  plan.parts = std::move(parts);
  plan.activations = activations_of(config.train);
  return {text + note, plan};
}

Planned plan_of_classifier(const CommandLine& line) {
  ClassifierRunConfig config;
  load_config(line.config, line.overrides, [&](Schema& schema) { describe(schema, config); });
  const std::optional<DataFacts> data = facts_of(config.data);
  std::string note;
  std::int64_t side = 224;
  if (data) {
    config.classifier.num_classes = static_cast<std::int64_t>(TargetLabels(config.target, Mixture(config.data)).names().size());
  } else {
    config.classifier.num_classes = std::max<std::int64_t>(1, static_cast<std::int64_t>(config.target.names.size()));
    note = fmt::format("  the data are not there yet: counted with images of {} x {}\n", side, side);
  }
  const DescribedModels models(config);
  TrainingPlan plan = training_of(config, models, data);
  plan.parts = parts_of(config, data ? data->height : side, data ? data->width : side);
  return {pipeline_table_head() + pipeline_table_row("classifier", config.classifier.architecture, models.trained) + note, plan};
}

std::string told(const Planned& planned, const CommandLine& line) {
  const TrainingPlan& plan = planned.training;
  if (line.cluster.empty()) {
    return fmt::format("{}\n{}{}{}", line.config.string(), planned.models, memory_of(plan.state, plan.loop),
                       training_plan_text(plan, measured_rates()));
  }
  ClusterConfig cluster;
  load_config(line.cluster, {}, [&](Schema& schema) { describe(schema, cluster); });
  std::string rate = "the file's sustained_tflops";
  if (!line.measured.empty()) {
    cluster.sustained_tflops = measured_rank_rate(line.measured) / 1e12;
    rate = "as " + line.measured.string();
  }
  return line.writes_json ? cluster_plan_json(cluster, plan).dump(1) + "\n"
                          : fmt::format("{}\n{}{}{}", line.config.string(), planned.models, memory_of(plan.state, plan.loop),
                                        cluster_plan_text(cluster, plan, rate));
}

} // namespace

void run_plan(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  const CommandLine& line = context.line;
  const bool is_folder = fs::is_directory(line.config);
  const std::string task = is_folder ? "" : peek_config(line.config, line.overrides, "task");
  std::string text;
  if (task == "autoencoder") {
    text = told(plan_of_autoencoder(line), line);
  } else if (task == "diffusion") {
    text = told(plan_of_diffusion(line), line);
  } else if (task == "classifier") {
    text = told(plan_of_classifier(line), line);
  } else if (!line.cluster.empty()) {
    throw ConfigError("--cluster goes with a training ({} is none). Leave it out", line.config.string());
  } else if (is_folder) {
    text = fmt::format("{}\n{}", line.config.string(), plan_of_folder(line.config));
  } else if (task == "generation") {
    GenerateConfig config;
    load_config(line.config, line.overrides, [&](Schema& schema) { describe(schema, config); });
    text = fmt::format("{}\n{}", line.config.string(), generation_plan_text(config, measured_rates()));
  } else {
    throw ConfigError("{}: task '{}' has no plan (there are autoencoder, diffusion, classifier and generation)",
                      line.config.string(), task);
  }
  std::fputs(text.c_str(), stdout);
}

} // namespace radforge
