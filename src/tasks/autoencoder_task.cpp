#include "radforge/tasks/autoencoder_task.hpp"

#include "image_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/image_grid.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/precision.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>

namespace radforge {

namespace {

constexpr const char* autoencoder_prefix = "vae.";
constexpr const char* discriminator_prefix = "discriminator.";

// Differences of neighbours along one dimension: what makes an edge.
at::Tensor slope(const at::Tensor& images, std::int64_t dimension) {
  const std::int64_t size = images.size(dimension);
  return images.narrow(dimension, 1, size - 1).sub(images.narrow(dimension, 0, size - 1));
}

// Sum over images of the mean over an image's values.
at::Tensor sum_of_means(const at::Tensor& values) { return values.flatten(1).mean(1).sum(); }

} // namespace

AutoencoderTask::AutoencoderTask(const AutoencoderRunConfig& config, const Mixture& data)
    : config_(config), data_(data),
      autoencoder_(config.autoencoder, ParameterScope(parameters_, autoencoder_prefix), activations_of(config.train)) {
  const DatasetSchema& schema = data.schema();
  if (schema.kind != ValueKind::images) {
    throw ConfigError("autoencoder: the data hold {} (it learns to make images again). Name a data set of images",
                      name_of(schema.kind));
  }
  if (schema.channels != config.autoencoder.in_channels || schema.height % autoencoder_.downscale() != 0 ||
      schema.width % autoencoder_.downscale() != 0) {
    throw ConfigError("autoencoder: images of {} x {} with {} channels do not fit (the model takes {} channels and sizes that "
                      "divide by {}). Change autoencoder.in_channels or block_out_channels",
                      schema.height, schema.width, schema.channels, config.autoencoder.in_channels, autoencoder_.downscale());
  }
  if (config.loss.adversarial_weight > 0) {
    discriminator_.emplace(PatchDiscriminator::Shape{config.autoencoder.in_channels, config.loss.discriminator_channels,
                                                     config.loss.discriminator_layers},
                           ParameterScope(parameters_, discriminator_prefix));
  }
  parameters_.allocate(static_cast<std::uint64_t>(config.seed), scalar_type_of(config.train.precision));
}

std::vector<ParameterGroup> AutoencoderTask::groups() {
  std::vector<ParameterGroup> groups{{.range = parameters_.range(autoencoder_prefix)}};
  if (discriminator_) {
    groups.push_back({.range = parameters_.range(discriminator_prefix),
                      .learning_rate_scale = config_.loss.discriminator_learning_rate_scale});
  }
  return groups;
}

at::Tensor AutoencoderTask::sampled(const Batch& batch, const LatentMoments& moments) const {
  std::vector<RandomKey> keys;
  for (const SampleTurn& turn : batch.turns) {
    keys.push_back(
        {static_cast<std::uint64_t>(config_.seed), Stream::posterior, static_cast<std::uint64_t>(turn.id), turn.epoch});
  }
  const at::Tensor noise = keyed_normals(keys, moments.mean.sizes().slice(1).vec());
  return moments.mean.add(moments.log_variance.mul(0.5).exp().mul(noise));
}

AutoencoderTask::Loss AutoencoderTask::loss_of(const at::Tensor& images, const at::Tensor& rebuilt, const LatentMoments& moments,
                                               Adversary adversary) const {
  const at::Tensor pixels = sum_of_means(rebuilt.sub(images).abs());
  const at::Tensor edges = sum_of_means(slope(rebuilt, 2).sub(slope(images, 2)).abs())
                               .add(sum_of_means(slope(rebuilt, 3).sub(slope(images, 3)).abs()));
  // KL divergence from the standard normal, a value (Kingma and Welling 2014, appendix B)
  const at::Tensor divergence =
      sum_of_means(moments.mean.square().add(moments.log_variance.exp()).sub(1).sub(moments.log_variance).mul(0.5));
  Loss loss{pixels.add(edges, config_.loss.gradient_weight).add(divergence, config_.loss.kl_weight),
            {static_cast<double>(images.size(0)), pixels.item<double>(), edges.item<double>(), divergence.item<double>()}};
  if (discriminator_) {
    const bool told = adversary == Adversary::told;
    const at::Tensor verdict =
        told ? sum_of_means(discriminator_->forward(rebuilt, PatchDiscriminator::Weights::fixed)).neg() : at::Tensor();
    loss.total = told ? loss.total.add(verdict, config_.loss.adversarial_weight) : loss.total;
    loss.sums.push_back(told ? verdict.item<double>() : 0);
    loss.sums.push_back(0); // of the discriminator itself
  }
  return loss;
}

PartLoss AutoencoderTask::accumulate(const Batch& batch, std::int64_t global_batch_size) {
  const at::Tensor images = image_tensor(batch, data_.schema());
  const LatentMoments moments = autoencoder_.encode(images);
  const at::Tensor rebuilt = autoencoder_.decode(sampled(batch, moments));
  const bool told = discriminator_ && batch.step >= config_.loss.adversarial_from_step;
  Loss loss = loss_of(images, rebuilt, moments, told ? Adversary::told : Adversary::ignored);
  at::Tensor total = loss.total;
  if (discriminator_) {
    // The hinge loss (Lim and Ye 2017); what was rebuilt is given, so that nothing of it reaches the autoencoder.
    const at::Tensor real = discriminator_->forward(images, PatchDiscriminator::Weights::learn);
    const at::Tensor fake = discriminator_->forward(rebuilt.detach(), PatchDiscriminator::Weights::learn);
    const at::Tensor hinge = sum_of_means(real.neg().add(1).relu()).add(sum_of_means(fake.add(1).relu()));
    loss.sums.back() = hinge.item<double>();
    total = total.add(hinge);
  }
  total.div(static_cast<double>(global_batch_size)).backward();
  return {.loss = loss.total.item<double>() / static_cast<double>(global_batch_size), .sums = loss.sums};
}

PartLoss AutoencoderTask::validate(const Batch& batch) {
  const c10::NoGradGuard no_grad;
  const at::Tensor images = image_tensor(batch, data_.schema());
  const LatentMoments moments = autoencoder_.encode(images);
  const Loss loss = loss_of(images, autoencoder_.decode(sampled(batch, moments)), moments, Adversary::ignored);
  return {.loss = loss.total.item<double>(), .sums = loss.sums};
}

std::size_t AutoencoderTask::num_sums() const { return discriminator_ ? 6 : 4; }

std::vector<Metric> AutoencoderTask::metrics_of(std::span<const double> sums, const std::string& prefix) const {
  constexpr std::array names{"pixels", "edges", "divergence", "adversary", "discriminator"};
  std::vector<Metric> metrics;
  for (std::size_t i = 1; i < sums.size(); ++i) {
    if (i < 4 || sums[i] != 0) { // validation knows no adversary
      metrics.push_back({fmt::format("{}_{}", prefix, names[i - 1]), sums[i] / sums[0]});
    }
  }
  return metrics;
}

double AutoencoderTask::flop_per_image() const {
  const DatasetSchema& schema = data_.schema();
  const MultiplyAdds forward = encode_multiply_adds(config_.autoencoder, schema.height, schema.width) +
                               decode_multiply_adds(config_.autoencoder, schema.height, schema.width);
  return training_multiply_adds(forward, PartUse::trained).flop();
}

at::Tensor AutoencoderTask::images_of(std::span<const std::int64_t> ids) const {
  const std::size_t image = data_.schema().num_bytes();
  Batch batch;
  for (const std::int64_t id : ids) {
    batch.turns.push_back({id, 0});
    batch.values.resize(batch.turns.size() * image);
    data_.values(id, std::span(batch.values).last(image));
  }
  return image_tensor(batch, data_.schema());
}

std::optional<Image> AutoencoderTask::picture(const at::Tensor& weights) {
  const c10::NoGradGuard no_grad;
  const ScopedWeights averaged(parameters_, weights);
  constexpr std::size_t columns = 8;
  const std::vector<std::int64_t>& validation = data_.validation();
  const std::vector<std::int64_t>& ids = validation.empty() ? data_.training().front().ids : validation;
  const at::Tensor images = images_of(std::span(ids).first(std::min(ids.size(), columns)));
  const at::Tensor rebuilt = autoencoder_.decode(autoencoder_.encode(images).mean);
  return image_grid(at::cat({images, rebuilt}), static_cast<int>(images.size(0)));
}

double AutoencoderTask::latent_deviation(const at::Tensor& weights) {
  const c10::NoGradGuard no_grad;
  const ScopedWeights averaged(parameters_, weights);
  constexpr std::size_t most = 512;
  constexpr std::size_t at_once = 32;
  const std::vector<std::int64_t>& all = data_.training().front().ids;
  const std::span<const std::int64_t> ids = std::span(all).first(std::min(all.size(), most));
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (std::size_t first = 0; first < ids.size(); first += at_once) {
    const at::Tensor images = images_of(ids.subspan(first, std::min(at_once, ids.size() - first)));
    const at::Tensor mean = autoencoder_.encode(images).mean.to(at::kDouble);
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
  write_autoencoder(folder, config, parameters_.views(weights, autoencoder_prefix));
}

} // namespace radforge
