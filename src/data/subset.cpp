#include "subset.hpp"

#include "radforge/core/hash.hpp"
#include "radforge/core/philox.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <tuple>

namespace radforge {

namespace {

/// Keyed numbers of [0, 1), by which patients and images take their turns.
class Order {
 public:
  explicit Order(std::int64_t key) : key_(static_cast<std::uint64_t>(key)) {}

  double place(std::string_view name) const { return uniform({.seed = key_, .stream = Stream::subset, .id = hash64(name)}); }
  /// An image of nobody known is a patient of its own.
  double of_patient(const SampleRecord& record) const { return place(record.patient.empty() ? record.source : record.patient); }

 private:
  std::uint64_t key_;
};

} // namespace

std::vector<std::int64_t> keyed_subset(const Dataset& dataset, std::vector<std::int64_t> ids, const DataSourceConfig& config) {
  const Order order(config.subset);
  if (config.folds > 1) {
    const auto folds = static_cast<double>(config.folds);
    std::erase_if(ids, [&](std::int64_t id) {
      return static_cast<std::int64_t>(order.of_patient(dataset.record(id)) * folds) != config.fold - 1;
    });
  }
  std::size_t count = static_cast<std::size_t>(std::llround(config.fraction * static_cast<double>(ids.size())));
  if (config.max_images > 0) {
    count = std::min(count, static_cast<std::size_t>(config.max_images));
  }
  count = std::max<std::size_t>(count, 1);
  if (count >= ids.size()) {
    return ids;
  }

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
    turns.push_back({order.of_patient(record), record.patient, order.place(record.source), id});
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
