#include "radforge/data/mixture.hpp"

#include "radforge/core/error.hpp"

#include "subset.hpp"

#include <algorithm>
#include <iterator>

namespace radforge {

namespace {

std::vector<std::int64_t> shifted(std::vector<std::int64_t> ids, std::int64_t by) {
  for (std::int64_t& id : ids) {
    id += by;
  }
  return ids;
}

void require_same_schema(const DatasetSchema& schema, const std::string& folder, const DatasetSchema& first,
                         const std::string& first_folder) {
  if (schema.kind != first.kind) {
    throw ConfigError("{} holds {} and {} {} (a training sees one kind) prepare them alike", first_folder, name_of(first.kind),
                      folder, name_of(schema.kind));
  }
  if (schema.encoding.model_digest != first.encoding.model_digest) {
    throw ConfigError("the latents in {} and {} do not mix (autoencoders of the digests {} and {} made them) prepare them alike",
                      first_folder, folder, first.encoding.model_digest, schema.encoding.model_digest);
  }
  if (schema != first) {
    throw ConfigError("{} and {} do not mix (their image sizes, channels, types or findings differ) prepare them alike",
                      first_folder, folder);
  }
}

void require_fit_for_training(const DatasetSchema& schema, const std::string& folder, const DataConfig& config) {
  if (schema.kind == ValueKind::text_states) {
    throw ConfigError("{} holds text states (they are read with the latents beside them) name the folder above it", folder);
  }
  if (schema.kind != ValueKind::images && config.augmentation != AugmentationConfig{}) {
    throw ConfigError("data.augmentation is set and {} holds {} (they were made of the images as they are) leave augmentation "
                      "out, or train on the images",
                      folder, name_of(schema.kind));
  }
}

} // namespace

Mixture::Mixture(const DataConfig& config) {
  require(!config.sources.empty(), "a mixture has sources");
  std::int64_t first_id = 0;
  for (const DataSourceConfig& source : config.sources) {
    auto dataset = std::make_unique<Dataset>(source.dataset);
    require_fit_for_training(dataset->schema(), source.dataset, config);
    if (!sources_.empty()) {
      require_same_schema(dataset->schema(), source.dataset, schema(), config.sources.front().dataset);
    }
    const std::vector<std::int64_t> training = keyed_subset(*dataset, dataset->select(source, source.split), source);
    training_.push_back({shifted(training, first_id), source.weight});
    const std::vector<std::int64_t> validation = shifted(dataset->find(source, config.validation_split), first_id);
    validation_.insert(validation_.end(), validation.begin(), validation.end());
    const std::int64_t num_rows = dataset->index().num_rows();
    sources_.push_back({source.dataset, std::move(dataset), first_id});
    first_id += num_rows;
  }
  if (validation_.empty()) {
    throw DataError("no sample of any source is in split {} (validation needs some) choose another data.validation_split",
                    config.validation_split);
  }
}

const Mixture::Source& Mixture::source_of(std::int64_t id) const {
  require(id >= 0, "the id of a sample");
  const auto after = std::upper_bound(sources_.begin(), sources_.end(), id,
                                      [](std::int64_t value, const Source& source) { return value < source.first_id; });
  return *std::prev(after);
}

const SampleRecord& Mixture::record(std::int64_t id) const {
  const Source& source = source_of(id);
  return source.dataset->record(id - source.first_id);
}

void Mixture::values(std::int64_t id, std::span<std::uint8_t> out) const {
  const Source& source = source_of(id);
  source.dataset->values(id - source.first_id, out);
}

std::vector<std::filesystem::path> Mixture::text_states() const {
  std::vector<std::filesystem::path> folders;
  for (const Source& source : sources_) {
    if (source.dataset->index().text_states) {
      folders.push_back(source.folder / DatasetIndex::text_states_folder);
    }
  }
  return folders;
}

} // namespace radforge
