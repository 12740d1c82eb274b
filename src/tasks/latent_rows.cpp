#include "radforge/tasks/latent_rows.hpp"

#include "image_tensor.hpp"
#include "value_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/models/model_digest.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/tasks/encode_alone.hpp"

#include <utility>

namespace radforge {

namespace {

std::string folder_of(const LatentsConfig& config) { return config.autoencoder.empty() ? config.pipeline : config.autoencoder; }

} // namespace

struct LatentRows::State {
  State(const LatentsConfig& config, at::Device device)
      : images(config.dataset), autoencoder_config(read_autoencoder_config(folder_of(config))),
        autoencoder(autoencoder_config, ParameterScope(parameters)) {
    require_images(images.schema(), config.dataset);
    require_fit();
    const StateDict weights = read_autoencoder_weights(folder_of(config));
    parameters.allocate_frozen(scalar_type_of(config.precision), device);
    parameters.load(parameters.flat(), weights, "", fmt::format("weights of the autoencoder in {}", folder_of(config)));
    const DatasetSchema& from = images.schema();
    const int downscale = static_cast<int>(autoencoder.downscale());
    schema = {.height = from.height / downscale,
              .width = from.width / downscale,
              .channels = static_cast<int>(2 * autoencoder_config.latent_channels),
              .findings = from.findings,
              .kind = ValueKind::latents,
              .type = config.values == "fp16" ? ValueType::float16 : ValueType::float32,
              .encoding = {.model_digest = autoencoder_digest(autoencoder_config, weights),
                           .image_height = from.height,
                           .image_width = from.width,
                           .image_channels = from.channels,
                           .scaling_factor = autoencoder_config.scaling_factor}};
  }

  void require_fit() const {
    const DatasetSchema& from = images.schema();
    const std::int64_t downscale = autoencoder.downscale();
    if (from.channels != autoencoder_config.in_channels || from.height % downscale != 0 || from.width % downscale != 0) {
      throw ConfigError("images of {} x {} with {} channels do not fit (the autoencoder takes {} channels and sides that divide "
                        "by {}). Prepare other images, or name another autoencoder",
                        from.height, from.width, from.channels, autoencoder_config.in_channels, downscale);
    }
  }

  const std::string& listed_digest(std::int64_t id) const {
    const DatasetIndex& index = images.index();
    const ShardSummary& shard = index.shards[static_cast<std::size_t>(id / index.rows_per_shard)];
    return shard.pixel_digests[static_cast<std::size_t>(id - shard.first_id)];
  }

  Dataset images;
  AutoencoderConfig autoencoder_config;
  ParameterSet parameters;
  AutoencoderKL autoencoder;
  DatasetSchema schema;
};

LatentRows::LatentRows(const LatentsConfig& config, at::Device device) : state_(std::make_unique<State>(config, device)) {}
LatentRows::~LatentRows() = default;

const DatasetSchema& LatentRows::schema() const { return state_->schema; }
std::int64_t LatentRows::num_rows() const { return state_->images.index().num_rows(); }
SampleRecord LatentRows::record(std::int64_t id) const { return state_->images.record(id); }
const Dataset& LatentRows::images() const { return state_->images; }

std::vector<std::uint8_t> LatentRows::values(std::int64_t id) const {
  const Dataset& images = state_->images;
  if (images.record(id).status != "ok") {
    return std::vector<std::uint8_t>(state_->schema.num_bytes());
  }
  Batch alone{.turns = {{id, 0}}, .values = std::vector<std::uint8_t>(images.schema().num_bytes())};
  images.pixels(id, alone.values);
  if (digest(std::as_bytes(std::span(alone.values))) != state_->listed_digest(id)) {
    throw DataError("{}: not the image that the data set lists (damaged, or changed since); verify and repair the data set",
                    images.record(id).source);
  }
  return value_bytes(encode_alone(state_->autoencoder, image_tensor(alone, images.schema(), state_->parameters.device())),
                     state_->schema.type);
}

} // namespace radforge
