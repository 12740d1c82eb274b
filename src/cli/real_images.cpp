#include "real_images.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <tuple>

namespace radforge {

std::vector<Image> images_of(const Dataset& dataset, const std::vector<std::int64_t>& ids) {
  const DatasetSchema& schema = dataset.schema();
  std::vector<Image> images;
  for (const std::int64_t id : ids) {
    Image image{schema.height, schema.width, schema.channels, {}};
    image.pixels.resize(schema.num_bytes());
    dataset.pixels(id, image.pixels);
    images.push_back(std::move(image));
  }
  return images;
}

std::vector<Image> real_images_like(std::span<const SampleRecord> records, const SheetConfig& sheet) {
  const Dataset dataset(sheet.real_dataset);
  std::vector<std::int64_t> left = dataset.select(DataSourceConfig{}, sheet.real_split);
  if (left.size() < records.size()) {
    throw DataError("{} has {} images in split '{}' (the contact sheet shows {}). Lower sheet.rows or sheet.columns",
                    sheet.real_dataset, left.size(), sheet.real_split, records.size());
  }
  std::vector<std::int64_t> chosen;
  for (const SampleRecord& record : records) {
    // Attributes that agree, the more important first; the first best image is taken.
    const auto likeness = [&](std::int64_t id) {
      const SampleRecord& real = dataset.record(id);
      return std::tuple(real.sex == record.sex, real.age_group == record.age_group, real.view == record.view);
    };
    const auto best =
        std::max_element(left.begin(), left.end(), [&](std::int64_t a, std::int64_t b) { return likeness(a) < likeness(b); });
    chosen.push_back(*best);
    left.erase(best);
  }
  return images_of(dataset, chosen);
}

} // namespace radforge
