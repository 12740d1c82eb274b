#include "radforge/tasks/sample_grid.hpp"

#include "radforge/core/error.hpp"
#include "radforge/diffusion/guided_samples.hpp"
#include "radforge/models/scheduler_file.hpp"
#include "radforge/models/token_ids.hpp"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include <array>

namespace radforge {

SampleGrid::SampleGrid(const DiffusionConfig& diffusion, const SamplerConfig& sampler, std::vector<std::string> prompts,
                       std::uint64_t seed)
    : prompts_(std::move(prompts)), seed_(seed) {
  const NoiseSchedule schedule(diffusion);
  sampler_ = make_sampler(schedule, prediction_of(diffusion.prediction_type), sampler, sampler_of_trained(diffusion));
  guidance_ = guidance_of(sampler, schedule.num_timesteps());
}

at::Tensor SampleGrid::images(const Models& models, std::int64_t first, std::int64_t count) const {
  require(first >= 0 && count > 0 && first + count <= num_images(), "images of a grid have prompts");
  const c10::NoGradGuard no_grad;
  const ConditionalDenoiser denoise = [&](const at::Tensor& texts) { return models.unet.of_texts(texts); };
  const auto states_of = [&](const std::string& prompt) {
    return models.text_encoder.forward(token_ids(models.tokenizer, std::span(&prompt, 1)));
  };
  const at::Tensor empty_context = states_of("");
  std::vector<at::Tensor> images;
  for (std::int64_t i = first; i < first + count; ++i) {
    const std::array keys{NoiseKey{seed_, static_cast<std::uint64_t>(i), 0}};
    const at::Tensor context = states_of(prompts_[static_cast<std::size_t>(i)]);
    const at::Tensor latent = guided_samples(*sampler_, denoise, context, empty_context, guidance_, keys, models.latent_shape);
    images.push_back(models.autoencoder.decode(latent.div(models.scaling_factor)));
  }
  return at::cat(images);
}

} // namespace radforge
