#include "radforge/data/mixture.hpp"

#include "radforge/core/error.hpp"

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

} // namespace

Mixture::Mixture(const DataConfig& config) {
  require(!config.sources.empty(), "a mixture has sources");
  std::int64_t first_id = 0;
  for (const DataSourceConfig& source : config.sources) {
    auto dataset = std::make_unique<Dataset>(source.dataset);
    if (!sources_.empty() && dataset->schema() != schema()) {
      throw ConfigError("{} and {} do not mix (their image sizes, channels or findings differ) prepare them alike",
                        config.sources.front().dataset, source.dataset);
    }
    training_.push_back({shifted(dataset->select(source, source.split), first_id), source.weight});
    const std::vector<std::int64_t> validation = shifted(dataset->find(source, config.validation_split), first_id);
    validation_.insert(validation_.end(), validation.begin(), validation.end());
    const std::int64_t num_rows = dataset->index().num_rows();
    sources_.push_back({std::move(dataset), first_id});
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

void Mixture::pixels(std::int64_t id, std::span<std::uint8_t> out) const {
  const Source& source = source_of(id);
  source.dataset->pixels(id - source.first_id, out);
}

} // namespace radforge
