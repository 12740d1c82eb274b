#include "radforge/quality/image_set.hpp"

#include "radforge/core/hash.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/look_at_images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace radforge {

namespace {

DataConfig data_of(const std::vector<DataSourceConfig>& sources) {
  DataConfig config;
  config.sources = sources;
  config.findings = "union";
  config.validation_split.clear();
  return config;
}

} // namespace

ImageSet::ImageSet(const std::vector<DataSourceConfig>& sources) : data_(data_of(sources)) {
  for (const DataSourceConfig& source : sources) {
    require_images(data_.schema(), source.dataset);
  }
  for (const SamplerSource& source : data_.training()) {
    std::ranges::copy(source.ids, std::back_inserter(ids_));
  }
  std::ranges::sort(ids_);
}

at::Tensor ImageSet::bytes(std::span<const std::int64_t> numbers) const {
  std::vector<std::int64_t> ids;
  std::ranges::transform(numbers, std::back_inserter(ids), [this](std::int64_t number) { return id(number); });
  return image_bytes(data_, ids);
}

std::string ImageSet::digests() const {
  std::string text;
  for (const std::filesystem::path& folder : data_.folders()) {
    text += fmt::format("{} {}\n", folder.string(), digest_file(folder / DatasetIndex::file_name));
  }
  return text;
}

} // namespace radforge
