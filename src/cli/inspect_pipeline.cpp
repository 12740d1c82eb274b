#include "inspect_pipeline.hpp"

#include "pipeline_table.hpp"

#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/scheduler_file.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace radforge {

void inspect_pipeline(const std::filesystem::path& folder) {
  const PipelineContent content = read_pipeline(folder);
  const Pipeline pipeline(content.unet, content.text_encoder, content.autoencoder);
  pipeline.check(content);
  const ClipTokenizer tokenizer(content.tokenizer);
  const std::int64_t side = content.unet.sample_size;

  std::string text = fmt::format("{}: pipeline\n", folder.string()) + pipeline_table(pipeline, content);
  text += fmt::format(
      "  {:<13} {} of latents {} x {} x {}, scaled by {:.6g}\n", "images",
      fmt::format("{0} x {0}, {1} channels", side * pipeline.autoencoder.downscale(), content.autoencoder.in_channels),
      content.unet.in_channels, side, side, content.autoencoder.scaling_factor);
  text += fmt::format("  {:<13} {} tokens, texts of {} at most, padding {}\n", "tokenizer", tokenizer.vocab_size(),
                      tokenizer.max_length(), tokenizer.pad_id());
  text += fmt::format("  {:<13} {}, beta {:.6g} to {:.6g}, {} timesteps, {}; sampler {}\n", "schedule",
                      content.diffusion.beta_schedule, content.diffusion.beta_start, content.diffusion.beta_end,
                      content.diffusion.num_train_timesteps, content.diffusion.prediction_type, read_sampler_config(folder).name);
  std::fputs(text.c_str(), stdout);
}

} // namespace radforge
