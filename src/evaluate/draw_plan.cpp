#include "draw_plan.hpp"

#include "shared_counts.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/metrics/resampling.hpp"

#include <algorithm>
#include <set>

namespace radforge {

namespace {

constexpr std::size_t lanes = GroupRanking::num_lanes;

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
  const auto passes = [&](std::size_t count, const auto& weights_from) {
    return shared_counts(
        count, grouping.num_groups, [&](std::size_t first) { return ranking.count(weights_from(first)); }, ranks, num_threads);
  };
  LabelCounts counts{.whole = ranking.count(), .draws = {}, .left_out = {}};
  counts.draws =
      passes(static_cast<std::size_t>(config_.num_draws), [&](std::size_t first) { return weights_of_draws(images, first); });
  if (config_.num_draws > 0 && config_.interval == "bca") {
    const std::size_t num_blocks = std::min(names_.size(), static_cast<std::size_t>(config_.num_blocks));
    counts.left_out = passes(num_blocks, [&](std::size_t first) { return weights_without_blocks(first, num_blocks); });
  }
  return counts;
}

} // namespace radforge
