#include "run_cost.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/multiply_adds.hpp"

#include <algorithm>

namespace radforge {

namespace {

namespace fs = std::filesystem;

template <class Config>
Config loaded(const fs::path& path, const std::vector<std::string>& overrides) {
  Config config;
  load_config(path, overrides, [&config](Schema& schema) { describe(schema, config); });
  return config;
}

// Of the first source that is there; a run that waits for another one's images is counted with `fallback`.
std::int64_t side_of(const DataConfig& data, std::int64_t fallback) {
  for (const DataSourceConfig& source : data.sources) {
    if (fs::exists(fs::path(source.dataset) / DatasetIndex::file_name)) {
      return image_shape_of(DatasetIndex::load(source.dataset).schema).height;
    }
  }
  return fallback;
}

double trained(const MultiplyAdds& forward, const LoopConfig& loop) {
  return training_multiply_adds(forward, PartUse::trained).flop() * static_cast<double>(loop.steps * loop.batch_size);
}

} // namespace

double run_cost(const fs::path& path, const std::vector<std::string>& overrides) {
  const std::string task = peek_config(path, overrides, "task");
  if (task == "classifier") {
    auto config = loaded<ClassifierRunConfig>(path, overrides);
    const std::int64_t side = side_of(config.data, 64);
    config.classifier.num_classes = std::max<std::int64_t>(1, config.classifier.num_classes); // a head is next to nothing
    return trained(classifier_multiply_adds(config.classifier, side, side), config.train);
  }
  if (task == "autoencoder") {
    const auto config = loaded<AutoencoderRunConfig>(path, overrides);
    const std::int64_t side = side_of(config.data, config.autoencoder.sample_size);
    return trained(encode_multiply_adds(config.autoencoder, side, side) + decode_multiply_adds(config.autoencoder, side, side),
                   config.train);
  }
  if (task == "diffusion") {
    const auto config = loaded<DiffusionRunConfig>(path, overrides);
    const std::int64_t side = config.unet.sample_size;
    return trained(unet_multiply_adds(config.unet, side, side, config.text_encoder.max_position_embeddings), config.train);
  }
  return 0;
}

} // namespace radforge
