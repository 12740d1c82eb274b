#include "draw_plan.hpp"

#include "shared_counts.hpp"

#include "radforge/core/hash.hpp"
#include "radforge/metrics/resampling.hpp"

#include <algorithm>
#include <array>

namespace radforge {

namespace {

constexpr std::size_t num_kinds = 4;

/// What an image adds to a group: a positive or a negative one, called positive or not.
std::size_t kind_of(const ScoredImages& images, std::size_t image, double threshold) {
  return (images.positive[image] != 0 ? 2U : 0U) + (images.scores[image] >= threshold ? 1U : 0U);
}

void add(GroupCounts& counts, std::size_t kind, double number) {
  (kind >= 2 ? counts.positives : counts.negatives) += number;
  (kind >= 2 ? counts.true_positives : counts.false_positives) += kind % 2 == 1 ? number : 0;
}

/// The images of a split whose group is known, those of the most frequent kind last: what they get is what the others leave.
struct Members {
  std::vector<std::uint32_t> groups;
  std::vector<std::uint32_t> units;
  std::vector<std::uint8_t> kinds;
  std::size_t num_of_last = 0;
  bool is_by_unit = true; ///< all images of each unit are in one group

  Members(const ScoredImages& images, const Grouping& grouping, double threshold, std::span<const std::size_t> of_split) {
    std::array<std::vector<std::pair<std::uint32_t, std::uint32_t>>, num_kinds> found; // group, unit
    std::vector<std::uint32_t> group_of_unit;
    for (std::size_t i = 0; i < images.scores.size(); ++i) {
      for (const std::uint32_t group : grouping.groups_of_cell[images.cells[i]]) {
        if (std::ranges::find(of_split, group) != of_split.end()) {
          found[kind_of(images, i, threshold)].emplace_back(group, images.units[i]);
          group_of_unit.resize(std::max<std::size_t>(group_of_unit.size(), images.units[i] + 1));
          std::uint32_t& of_unit = group_of_unit[images.units[i]]; // 0 is that of all: not of a split
          is_by_unit = is_by_unit && (of_unit == 0 || of_unit == group);
          of_unit = group;
        }
      }
    }
    std::array<std::uint8_t, num_kinds> order{0, 1, 2, 3};
    std::ranges::stable_sort(order, {}, [&](std::uint8_t kind) { return found[kind].size(); });
    for (const std::uint8_t kind : order) {
      for (const auto& [group, unit] : found[kind]) {
        groups.push_back(group);
        units.push_back(unit);
        kinds.push_back(kind);
      }
    }
    num_of_last = found[order.back()].size();
  }

  /// Units with their groups, and the place of each image's unit among them.
  struct Units {
    std::vector<std::uint32_t> groups;
    std::vector<std::uint32_t> place_of_member;
  };
  Units by_unit() const {
    std::vector<std::uint32_t> sorted = units;
    std::ranges::sort(sorted);
    sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
    Units found{std::vector<std::uint32_t>(sorted.size()), {}};
    for (std::size_t i = 0; i < units.size(); ++i) {
      found.place_of_member.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(sorted, units[i]) - sorted.begin()));
      found.groups[found.place_of_member.back()] = groups[i];
    }
    return found;
  }
};

} // namespace

PermutedCounts DrawPlan::permute(const ScoredImages& images, const Grouping& grouping, double threshold, const std::string& split,
                                 std::span<const std::size_t> groups, Communicator& ranks, int num_threads) const {
  const Members members(images, grouping, threshold, groups);
  const Members::Units units = members.is_by_unit ? members.by_unit() : Members::Units{};
  std::vector<double> images_of_group(grouping.num_groups);
  for (const std::uint32_t group : members.groups) {
    ++images_of_group[group];
  }
  const auto permuted = [&](std::size_t number) {
    const RandomKey key{seed_, Stream::permutation, id_ + hash64(split), static_cast<std::uint32_t>(number)};
    std::vector<GroupCounts> counts(grouping.num_groups);
    std::vector<std::uint32_t> order = members.is_by_unit ? units.groups : members.groups;
    if (members.is_by_unit) {
      shuffle_first(key, order, order.size());
      for (std::size_t i = 0; i < members.kinds.size(); ++i) {
        add(counts[order[units.place_of_member[i]]], members.kinds[i], 1);
      }
      return counts;
    }
    const std::size_t num_drawn = order.size() - members.num_of_last;
    shuffle_first(key, order, num_drawn);
    for (std::size_t i = 0; i < num_drawn; ++i) {
      add(counts[order[i]], members.kinds[i], 1);
    }
    for (const std::size_t group : groups) {
      const double drawn = counts[group].positives + counts[group].negatives;
      add(counts[group], members.kinds.empty() ? 0 : members.kinds.back(), images_of_group[group] - drawn);
    }
    return counts;
  };
  return shared_counts(
      static_cast<std::size_t>(config_.num_permutations), grouping.num_groups,
      [&](std::size_t first) {
        CountsOfLanes found;
        for (std::size_t lane = 0; lane < found.size(); ++lane) {
          found[lane] = permuted(first + lane);
        }
        return found;
      },
      ranks, num_threads);
}

} // namespace radforge
