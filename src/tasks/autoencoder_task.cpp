#include "radforge/tasks/autoencoder_task.hpp"

#include "image_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/precision.hpp"

#include <ATen/ops/exp.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace radforge {

namespace {

// Differences of neighbours along one dimension: what makes an edge.
at::Tensor slope(const at::Tensor& images, std::int64_t dimension) {
  const std::int64_t size = images.size(dimension);
  return images.narrow(dimension, 1, size - 1).sub(images.narrow(dimension, 0, size - 1));
}

// Sum over images of the mean over an image's values.
at::Tensor sum_of_means(const at::Tensor& values) { return values.flatten(1).mean(1).sum(); }

} // namespace

AutoencoderTask::AutoencoderTask(const AutoencoderRunConfig& config, const Mixture& data)
    : config_(config), data_(data), autoencoder_(config.autoencoder, ParameterScope(parameters_)) {
  const DatasetSchema& schema = data.schema();
  if (schema.channels != config.autoencoder.in_channels || schema.height % autoencoder_.downscale() != 0 ||
      schema.width % autoencoder_.downscale() != 0) {
    throw ConfigError("autoencoder: images of {} x {} with {} channels do not fit (the model takes {} channels and sizes that "
                      "divide by {}). Change autoencoder.in_channels or block_out_channels",
                      schema.height, schema.width, schema.channels, config.autoencoder.in_channels, autoencoder_.downscale());
  }
  parameters_.allocate(static_cast<std::uint64_t>(config.seed), scalar_type_of(config.train.precision));
}

at::Tensor AutoencoderTask::loss_sum(const Batch& batch) const {
  const at::Tensor images = image_tensor(batch, data_.schema());
  const LatentMoments moments = autoencoder_.encode(images);

  std::vector<RandomKey> keys;
  for (const SampleTurn& turn : batch.turns) {
    keys.push_back(
        {static_cast<std::uint64_t>(config_.seed), Stream::posterior, static_cast<std::uint64_t>(turn.id), turn.epoch});
  }
  const at::Tensor noise = keyed_normals(keys, moments.mean.sizes().slice(1).vec());
  const at::Tensor latents = moments.mean.add(moments.log_variance.mul(0.5).exp().mul(noise));
  const at::Tensor rebuilt = autoencoder_.decode(latents);

  const at::Tensor pixels = sum_of_means(rebuilt.sub(images).abs());
  const at::Tensor edges = sum_of_means(slope(rebuilt, 2).sub(slope(images, 2)).abs())
                               .add(sum_of_means(slope(rebuilt, 3).sub(slope(images, 3)).abs()));
  // KL divergence from the standard normal, a value (Kingma and Welling 2014, appendix B)
  const at::Tensor divergence =
      sum_of_means(moments.mean.square().add(moments.log_variance.exp()).sub(1).sub(moments.log_variance).mul(0.5));
  return pixels.add(edges, config_.loss.gradient_weight).add(divergence, config_.loss.kl_weight);
}

PartLoss AutoencoderTask::accumulate(const Batch& batch, std::int64_t global_batch_size) {
  const at::Tensor loss = loss_sum(batch).div(static_cast<double>(global_batch_size));
  loss.backward();
  return {.loss = loss.item<double>()};
}

PartLoss AutoencoderTask::validate(const Batch& batch) {
  const c10::NoGradGuard no_grad;
  return {.loss = loss_sum(batch).item<double>()};
}

double AutoencoderTask::latent_deviation(const at::Tensor& weights) {
  const c10::NoGradGuard no_grad;
  const ScopedWeights averaged(parameters_, weights);
  constexpr std::size_t most = 512;
  constexpr std::size_t at_once = 32;
  std::vector<std::int64_t> ids = data_.training().front().ids;
  ids.resize(std::min(ids.size(), most));
  const DatasetSchema& schema = data_.schema();
  const std::size_t image = schema.num_bytes();

  double sum = 0;
  double squares = 0;
  double count = 0;
  for (std::size_t first = 0; first < ids.size(); first += at_once) {
    Batch batch;
    for (std::size_t i = first; i < std::min(first + at_once, ids.size()); ++i) {
      batch.turns.push_back({ids[i], 0});
      batch.pixels.resize(batch.turns.size() * image);
      data_.pixels(ids[i], std::span(batch.pixels).last(image));
    }
    const at::Tensor mean = autoencoder_.encode(image_tensor(batch, schema)).mean.to(at::kDouble);
    sum += mean.sum().item<double>();
    squares += mean.square().sum().item<double>();
    count += static_cast<double>(mean.numel());
  }
  return std::sqrt(squares / count - (sum / count) * (sum / count));
}

void AutoencoderTask::write_result(const std::filesystem::path& folder, const at::Tensor& weights) {
  AutoencoderConfig config = config_.autoencoder;
  config.scaling_factor = 1 / latent_deviation(weights);
  config.sample_size = data_.schema().height;
  write_autoencoder(folder, config, parameters_.views(weights));
}

} // namespace radforge
