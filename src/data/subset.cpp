#include "subset.hpp"

#include "radforge/core/hash.hpp"
#include "radforge/core/philox.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <tuple>

namespace radforge {

std::vector<std::int64_t> keyed_subset(const Dataset& dataset, std::vector<std::int64_t> ids, const DataSourceConfig& config) {
  std::size_t count = static_cast<std::size_t>(std::llround(config.fraction * static_cast<double>(ids.size())));
  if (config.max_images > 0) {
    count = std::min(count, static_cast<std::size_t>(config.max_images));
  }
  count = std::max<std::size_t>(count, 1);
  if (count >= ids.size()) {
    return ids;
  }

  const auto place = [&](std::string_view name) {
    return uniform({.seed = static_cast<std::uint64_t>(config.subset), .stream = Stream::subset, .id = hash64(name)});
  };
  struct Turn {
    double of_patient;
    std::string_view patient; // two patients of one number stay apart
    double of_image;
    std::int64_t id;
  };
  std::vector<Turn> turns;
  turns.reserve(ids.size());
  for (const std::int64_t id : ids) {
    const SampleRecord& record = dataset.record(id);
    turns.push_back(
        {record.patient.empty() ? place(record.source) : place(record.patient), record.patient, place(record.source), id});
  }
  std::ranges::sort(turns, {}, [](const Turn& turn) { return std::tie(turn.of_patient, turn.patient, turn.of_image, turn.id); });
  ids.clear();
  for (const Turn& turn : std::span(turns).first(count)) {
    ids.push_back(turn.id);
  }
  std::ranges::sort(ids);
  return ids;
}

} // namespace radforge
