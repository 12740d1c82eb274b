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
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>
#include <iterator>

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

AutoencoderTask::AutoencoderTask(const AutoencoderRunConfig& config, const Mixture& data, at::Device device)
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
  parameters_.allocate(static_cast<std::uint64_t>(config.seed), scalar_type_of(config.train.precision), device);
}

std::vector<ParameterGroup> AutoencoderTask::groups() {
  std::vector<ParameterGroup> groups{{.range = parameters_.range(autoencoder_prefix)}};
  if (discriminator_) {
    groups.push_back({.range = parameters_.range(discriminator_prefix),
                      .learning_rate_scale = config_.loss.discriminator_learning_rate_scale});
  }
  return groups;
}

bool AutoencoderTask::adversary_is_told(std::int64_t step) const {
  return discriminator_ && step >= config_.loss.adversarial_from_step;
}

std::int64_t AutoencoderTask::stage_of(std::int64_t step) const { return adversary_is_told(step) ? 1 : 0; }

// Images, and the normals that latents are sampled by.
StepInputs AutoencoderTask::inputs(const Batch& batch, Purpose /*purpose*/) {
  const c10::NoGradGuard no_grad;
  std::vector<RandomKey> keys;
  for (const SampleTurn& turn : batch.turns) {
    keys.push_back(
        {static_cast<std::uint64_t>(config_.seed), Stream::posterior, static_cast<std::uint64_t>(turn.id), turn.epoch});
  }
  const at::Tensor images = image_tensor(batch, data_.schema(), parameters_.device());
  const std::int64_t downscale = autoencoder_.downscale();
  return {images,
          keyed_normals(keys, {config_.autoencoder.latent_channels, images.size(2) / downscale, images.size(3) / downscale},
                        images.device())};
}

StepLoss AutoencoderTask::loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) {
  const at::Tensor& images = inputs[0];
  const LatentMoments moments = autoencoder_.encode(images);
  const at::Tensor rebuilt = autoencoder_.decode(moments.mean.add(moments.log_variance.mul(0.5).exp().mul(inputs[1])));
  const at::Tensor pixels = sum_of_means(rebuilt.sub(images).abs());
  const at::Tensor edges = sum_of_means(slope(rebuilt, 2).sub(slope(images, 2)).abs())
                               .add(sum_of_means(slope(rebuilt, 3).sub(slope(images, 3)).abs()));
  // KL divergence from the standard normal, a value (Kingma and Welling 2014, appendix B)
  const at::Tensor divergence =
      sum_of_means(moments.mean.square().add(moments.log_variance.exp()).sub(1).sub(moments.log_variance).mul(0.5));
  at::Tensor of_autoencoder = pixels.add(edges, config_.loss.gradient_weight).add(divergence, config_.loss.kl_weight);
  at::Tensor verdict = at::zeros({}, images.options());
  at::Tensor hinge = at::zeros({}, images.options());
  if (purpose == Purpose::training && adversary_is_told(step)) {
    verdict = sum_of_means(discriminator_->forward(rebuilt, PatchDiscriminator::Weights::fixed)).neg();
    of_autoencoder = of_autoencoder.add(verdict, config_.loss.adversarial_weight);
  }
  at::Tensor total = of_autoencoder;
  if (purpose == Purpose::training && discriminator_) {
    // The hinge loss (Lim and Ye 2017); what was rebuilt is given, so that nothing of it reaches the autoencoder.
    const at::Tensor real = discriminator_->forward(images, PatchDiscriminator::Weights::learn);
    const at::Tensor fake = discriminator_->forward(rebuilt.detach(), PatchDiscriminator::Weights::learn);
    hinge = sum_of_means(real.neg().add(1).relu()).add(sum_of_means(fake.add(1).relu()));
    total = total.add(hinge);
  }
  return {total, at::stack({of_autoencoder, pixels, edges, divergence, verdict, hinge}).detach()};
}

PartLoss AutoencoderTask::report(const Batch& batch, Purpose /*purpose*/, const at::Tensor& values) {
  const std::span terms(values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
  PartLoss part{.loss = terms[0], .sums = {static_cast<double>(batch.turns.size())}};
  std::copy_n(terms.begin() + 1, num_sums() - 1, std::back_inserter(part.sums));
  return part;
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
  return image_tensor(batch, data_.schema(), parameters_.device());
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
