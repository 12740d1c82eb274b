#include "generation_cost.hpp"

#include "published_models.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/diffusion/diffusion_sampler.hpp"
#include "radforge/diffusion/guidance.hpp"
#include "radforge/generate/generation_plan.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/scheduler_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace radforge {

namespace {

namespace fs = std::filesystem;

constexpr double seconds_an_hour = 3600;
constexpr double hours_a_job = 24; // what clusters commonly allow

PublishedModels models_of(const std::string& pipeline) {
  return {read_unet_config(pipeline), read_text_encoder_config(pipeline), read_autoencoder_config(pipeline),
          read_scheduler_config(pipeline), read_sampler_config(pipeline)};
}

std::string cohort_text(const GenerationPlan& plan, double seconds) {
  const std::vector<CohortCell>& cells = plan.cohort().cells();
  const auto [least, most] = std::ranges::minmax(cells, {}, &CohortCell::num_images);
  std::string text = fmt::format("\n  cohort        {} images of {} combinations, {} to {} of each; planned in {:.1f} s\n",
                                 plan.num_images(), cells.size(), least.num_images, most.num_images, seconds);
  for (const std::string& note : plan.cohort().notes()) {
    text += "                " + note + "\n";
  }
  return text + fmt::format("                the first is shown '{}'\n", plan.record(0).prompt);
}

} // namespace

std::string generation_plan_text(const GenerateConfig& config, const AssumedRates& rates) {
  const bool is_there = fs::exists(fs::path(config.pipeline) / "unet/config.json");
  const PublishedModels models = is_there ? models_of(config.pipeline) : stable_diffusion_2_1_base();
  std::string text;
  if (!is_there) {
    text += fmt::format("  the pipeline {} is not there yet: counted with the models of Stable Diffusion 2.1-base\n",
                        config.pipeline);
  }
  const Stopwatch watch;
  const GenerationPlan plan(config);
  text += cohort_text(plan, watch.seconds());

  const NoiseSchedule schedule(models.diffusion);
  const auto sampler = make_sampler(schedule, prediction_of(models.diffusion.prediction_type), config.sampler, models.scheduler);
  const Guidance guidance = guidance_of(config.sampler, schedule.num_timesteps());
  double evaluations = 0;
  for (const double timestep : sampler->timesteps()) {
    evaluations += is_guided(guidance, timestep) ? 2 : 1;
  }
  const std::int64_t latent = models.unet.sample_size;
  const std::int64_t tokens = models.text_encoder.max_position_embeddings;
  const auto downscale = std::int64_t{1} << (models.autoencoder.block_out_channels.size() - 1);
  const std::int64_t side = latent * downscale;
  const double unet = unet_multiply_adds(models.unet, latent, latent, tokens).flop();
  const double decoder = decode_multiply_adds(models.autoencoder, side, side).flop();
  const double prompt = text_encoder_multiply_adds(models.text_encoder, tokens).flop();
  const double an_image = evaluations * unet + decoder + prompt;
  const auto images = static_cast<double>(plan.num_images());
  const double gpu_hours = an_image * images / rates.gpu / seconds_an_hour;
  text += fmt::format("  arithmetic    {} an image: {:.0f} evaluations of the UNet of {} each, {} the decoder, {} the text\n",
                      with_prefix(an_image, "FLOP"), evaluations, with_prefix(unet, "FLOP"), with_prefix(decoder, "FLOP"),
                      with_prefix(prompt, "FLOP"));
  text += fmt::format("                {} in all, if every image passes its check the first time\n",
                      with_prefix(an_image * images, "FLOP"));
  text += fmt::format("  time          {:.3g} GPU hours, on {}\n", gpu_hours, rates.gpu_text);
  text += fmt::format("                {:.3g} hours here at the least, at the {} of {}\n",
                      an_image * images / rates.here / seconds_an_hour, with_prefix(rates.here, "FLOP/s"), rates.here_text);

  const auto bytes = static_cast<double>(side * side * models.autoencoder.in_channels) * images;
  const std::int64_t shards = (plan.num_images() + config.rows_per_shard - 1) / config.rows_per_shard;
  const double shard_bytes = bytes / images * static_cast<double>(config.rows_per_shard);
  text += fmt::format("  storage       {} of pixels, {} x {} x {} each, before compression\n", with_prefix(bytes, "B"), side,
                      side, models.autoencoder.in_channels);
  text += fmt::format("  files         {} shards of {} images, {} of pixels each; a rank holds one in memory\n", shards,
                      config.rows_per_shard, with_prefix(shard_bytes, "B"));
  text += fmt::format("\n  {:>5}  {:>12}  {:>11}  {:>13}\n", "GPUs", "images each", "hours", "jobs of 24 h");
  for (const std::int64_t gpus : std::array<std::int64_t, 5>{1, 4, 16, 64, 256}) {
    const double hours = gpu_hours / static_cast<double>(gpus);
    text += fmt::format("  {:>5}  {:>12.0f}  {:>11.3g}  {:>13}\n", gpus, std::ceil(images / static_cast<double>(gpus)), hours,
                        num_segments(hours, hours_a_job));
  }
  return text;
}

} // namespace radforge
