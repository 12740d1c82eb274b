#include "draw_plan.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/parallel_for.hpp"
#include "radforge/metrics/resampling.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <type_traits>
#include <utility>

namespace radforge {

namespace {

constexpr std::size_t lanes = GroupRanking::num_lanes;
constexpr std::size_t values_of_counts = sizeof(GroupCounts) / sizeof(double);
static_assert(std::is_trivially_copyable_v<GroupCounts> && values_of_counts * sizeof(double) == sizeof(GroupCounts));

/// `count` passes with weights of their own, `lanes` side by side, each rank its share.
std::vector<std::vector<GroupCounts>> count_all(const GroupRanking& ranking, std::size_t num_groups, std::size_t count,
                                                const std::function<std::vector<GroupRanking::Lanes>(std::size_t)>& weights_from,
                                                Communicator& ranks, int num_threads) {
  std::vector<GroupCounts> flat(count * num_groups);
  const auto size = static_cast<std::size_t>(ranks.size());
  const auto rank = static_cast<std::size_t>(ranks.rank());
  const std::size_t num_parts = (count + lanes - 1) / lanes;
  const std::size_t own = (num_parts + size - 1 - rank) / size;
  parallel_for(own, num_threads, [&](int, std::size_t i) {
    const std::size_t first = (rank + i * size) * lanes;
    const auto found = ranking.count(weights_from(first));
    for (std::size_t lane = 0; lane < lanes && first + lane < count; ++lane) {
      std::ranges::copy(found[lane], flat.begin() + static_cast<std::ptrdiff_t>((first + lane) * num_groups));
    }
  });
  if (size > 1 && !flat.empty()) { // what other ranks count is 0 here
    ranks.all_reduce({flat.data(), flat.size() * values_of_counts, DType::f64, Place::host}, ReduceOp::sum);
  }
  std::vector<std::vector<GroupCounts>> counts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(i * num_groups);
    counts.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(num_groups));
  }
  return counts;
}

} // namespace

DrawPlan::DrawPlan(const BootstrapConfig& config, std::int64_t seed, const std::string& site,
                   const std::vector<SampleRecord>& samples)
    : config_(config), seed_(static_cast<std::uint64_t>(seed)), id_(hash64(site)) {
  const bool by_patient = config.unit == "patient";
  const auto name_of = [&](const SampleRecord& sample) -> const std::string& {
    return by_patient ? sample.patient : sample.source;
  };
  std::set<std::string> names;
  for (const SampleRecord& sample : samples) {
    if (by_patient && sample.patient.empty() && config.num_draws > 0) {
      throw DataError("{}: no patient is known (patients are drawn, with all their images) give a column of patients, or set "
                      "bootstrap.unit to image",
                      sample.source);
    }
    names.insert(name_of(sample));
  }
  names_.assign(names.begin(), names.end());
  for (const SampleRecord& sample : samples) {
    units_.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(names_, name_of(sample)) - names_.begin()));
  }
}

std::vector<GroupRanking::Lanes> DrawPlan::weights_of_draws(const ScoredImages& images, std::size_t first) const {
  std::vector<Lanes> weights(names_.size());
  const auto draw = [&](const std::vector<std::uint32_t>& units, std::uint64_t id) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const RandomKey key{seed_, Stream::bootstrap, id, static_cast<std::uint32_t>(first + lane)};
      const std::vector<std::uint32_t> counts = draw_with_replacement(key, units.size());
      for (std::size_t i = 0; i < units.size(); ++i) {
        weights[units[i]][lane] = counts[i];
      }
    }
  };
  if (config_.unit == "image_by_class") {
    for (const std::uint8_t wanted : {1, 0}) {
      std::vector<std::uint32_t> units;
      for (std::size_t i = 0; i < images.units.size(); ++i) {
        if (images.positive[i] == wanted) {
          units.push_back(images.units[i]);
        }
      }
      std::ranges::sort(units);
      draw(units, id_ + wanted);
    }
    return weights;
  }
  std::vector<std::uint32_t> all(names_.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = static_cast<std::uint32_t>(i);
  }
  draw(all, id_);
  return weights;
}

std::vector<GroupRanking::Lanes> DrawPlan::weights_without_blocks(std::size_t first, std::size_t num_blocks) const {
  Lanes once;
  once.fill(1);
  std::vector<Lanes> weights(names_.size(), once);
  for (std::size_t unit = 0; unit < weights.size(); ++unit) {
    const std::size_t block = unit * num_blocks / weights.size();
    if (block >= first && block < first + lanes) {
      weights[unit][block - first] = 0;
    }
  }
  return weights;
}

LabelCounts DrawPlan::count(const ScoredImages& images, const Grouping& grouping, GroupRanking::Options options,
                            Communicator& ranks, int num_threads) const {
  const GroupRanking ranking(images, grouping, options);
  LabelCounts counts{.whole = ranking.count()};
  counts.draws = count_all(
      ranking, grouping.num_groups, static_cast<std::size_t>(config_.num_draws),
      [&](std::size_t first) { return weights_of_draws(images, first); }, ranks, num_threads);
  if (config_.num_draws > 0 && config_.interval == "bca") {
    const std::size_t num_blocks = std::min(names_.size(), static_cast<std::size_t>(config_.num_blocks));
    counts.left_out = count_all(
        ranking, grouping.num_groups, num_blocks, [&](std::size_t first) { return weights_without_blocks(first, num_blocks); },
        ranks, num_threads);
  }
  return counts;
}

} // namespace radforge
