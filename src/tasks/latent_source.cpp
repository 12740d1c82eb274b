#include "radforge/tasks/latent_source.hpp"

#include "image_tensor.hpp"
#include "kept_tensors.hpp"
#include "value_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/model_digest.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/device_copy.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/tasks/encode_alone.hpp"

#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

#include <utility>
#include <vector>

namespace radforge {

struct LatentSource::State {
  const Mixture& data;
  const AutoencoderKL& autoencoder;
  const Options options;
  KeptTensors<std::int64_t> kept;
};

LatentSource::LatentSource(const Mixture& data, const AutoencoderKL& autoencoder, Options options)
    : state_(new State{data, autoencoder, options, KeptTensors<std::int64_t>(options.kept_bytes)}) {}

LatentSource::~LatentSource() = default;

std::size_t LatentSource::kept_bytes() const { return state_->kept.bytes(); }

at::Tensor LatentSource::encoded(const Batch& batch) {
  const std::size_t image = batch.turns.empty() ? 0 : batch.values.size() / batch.turns.size();
  std::vector<at::Tensor> rows;
  for (std::size_t i = 0; i < batch.turns.size(); ++i) {
    const std::int64_t id = batch.turns[i].id;
    if (const at::Tensor* known = state_->kept.find(id)) {
      rows.push_back(*known);
      continue;
    }
    const auto pixels = batch.values.begin() + static_cast<std::ptrdiff_t>(i * image);
    const Batch alone{batch.step, {batch.turns[i]}, {pixels, pixels + static_cast<std::ptrdiff_t>(image)}};
    rows.push_back(encode_alone(state_->autoencoder, image_tensor(alone, state_->data.schema(), state_->options.device))[0]);
    state_->kept.keep(id, rows.back());
  }
  return at::stack(rows);
}

at::Tensor LatentSource::moments(const Batch& batch) {
  const DatasetSchema& schema = state_->data.schema();
  return schema.kind == ValueKind::latents ? copied_to(value_tensor(batch.values, schema), state_->options.device)
                                           : encoded(batch);
}

at::Tensor LatentSource::latents(const Batch& batch) {
  const c10::NoGradGuard no_grad;
  const std::vector<at::Tensor> halves = moments(batch).chunk(2, 1);
  std::vector<RandomKey> keys;
  for (const SampleTurn& turn : batch.turns) {
    keys.push_back({state_->options.seed, Stream::posterior, static_cast<std::uint64_t>(turn.id), turn.epoch});
  }
  const at::Tensor noise = keyed_normals(keys, halves[0].sizes().slice(1).vec(), halves[0].device());
  return halves[0].add(halves[1].mul(0.5).exp().mul(noise)).mul(state_->options.scaling_factor);
}

void require_made_by(const DatasetSchema& schema, const std::string& folder) {
  const AutoencoderConfig config = read_autoencoder_config(folder);
  const std::string ours = autoencoder_digest(config, read_autoencoder_weights(folder));
  const std::string& theirs = schema.encoding.model_digest;
  if (theirs != ours) {
    throw ConfigError("the latents of the data were made by another autoencoder (its digest is {}, that of the one in {} is {}). "
                      "Name the autoencoder that made them, or prepare them again",
                      theirs, folder, ours);
  }
  if (schema.encoding.scaling_factor != config.scaling_factor) {
    throw ConfigError("the latents of the data belong to a scaling factor of {} (that of the autoencoder in {} is {}). Name the "
                      "autoencoder that made them, or prepare them again",
                      schema.encoding.scaling_factor, folder, config.scaling_factor);
  }
}

} // namespace radforge
