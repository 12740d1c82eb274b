#include "draw_plan.hpp"

#include "shared_counts.hpp"

#include "radforge/core/hash.hpp"
#include "radforge/metrics/resampling.hpp"

#include <algorithm>
#include <iterator>

namespace radforge {

namespace {

/// The images of a split whose group is known, from the lowest score on. Positive ones stand behind the negative ones below them;
/// where both have one score they stand before and behind those, half each time: so each finds how many it is above by counting.
class Members {
 public:
  Members(const ScoredImages& images, const Grouping& grouping, double threshold, std::span<const std::size_t> of_split) {
    std::vector<std::uint32_t> group_of_unit;
    std::vector<std::size_t> order;
    std::vector<std::uint32_t> group_of_image(images.scores.size()); // 0 is that of all: not of a split
    for (std::size_t i = 0; i < images.scores.size(); ++i) {
      for (const std::uint32_t group : grouping.groups_of_cell[images.cells[i]]) {
        if (std::ranges::find(of_split, group) != of_split.end()) {
          group_of_image[i] = group;
          order.push_back(i);
          group_of_unit.resize(std::max<std::size_t>(group_of_unit.size(), images.units[i] + 1));
          std::uint32_t& of_unit = group_of_unit[images.units[i]];
          is_by_unit_ = is_by_unit_ && (of_unit == 0 || of_unit == group);
          of_unit = group;
        }
      }
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return images.scores[i]; });
    const std::vector<std::uint32_t> places =
        is_by_unit_ ? deal_units(images, group_of_image, order) : deal_images(group_of_image, order);
    for (std::size_t begin = 0; begin < order.size();) {
      const double score = images.scores[order[begin]];
      std::size_t end = begin;
      std::vector<std::uint32_t> positive;
      std::vector<std::uint32_t> negative;
      for (; end < order.size() && images.scores[order[end]] == score; ++end) {
        (images.positive[order[end]] != 0 ? positive : negative).push_back(places[order[end]]);
      }
      const auto add = [&](const std::vector<std::uint32_t>& some, std::uint32_t weight) {
        for (const std::uint32_t place : some) {
          items_.push_back({place, weight});
        }
      };
      const bool is_mixed = !positive.empty() && !negative.empty();
      add(positive, is_mixed ? 1 : 2);
      add(negative, 0);
      add(is_mixed ? positive : std::vector<std::uint32_t>(), 1);
      begin = end;
      num_not_called_ = score >= threshold ? num_not_called_ : items_.size();
    }
  }

  /// Deals the groups out anew and counts.
  std::vector<GroupCounts> dealt(const RandomKey& key, std::size_t num_groups) const {
    std::vector<std::uint32_t> groups = groups_;
    shuffle_first(key, groups, groups.size());
    std::vector<Tally> tallies(num_groups);
    const auto count = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        Tally& tally = tallies[groups[items_[i].place]];
        if (items_[i].weight == 0) {
          ++tally.negatives;
        } else {
          tally.twice_positives += items_[i].weight;
          tally.twice_ordered += items_[i].weight * tally.negatives;
        }
      }
    };
    count(0, num_not_called_);
    const std::vector<Tally> not_called = tallies;
    count(num_not_called_, items_.size());
    std::vector<GroupCounts> counts(num_groups);
    for (std::size_t group = 0; group < num_groups; ++group) {
      const Tally& all = tallies[group];
      counts[group].positives = static_cast<double>(all.twice_positives) / 2;
      counts[group].negatives = static_cast<double>(all.negatives);
      counts[group].twice_ordered = static_cast<double>(all.twice_ordered);
      counts[group].true_positives = static_cast<double>(all.twice_positives - not_called[group].twice_positives) / 2;
      counts[group].false_positives = static_cast<double>(all.negatives - not_called[group].negatives);
    }
    return counts;
  }

 private:
  struct Item {
    std::uint32_t place;  ///< in what is dealt out
    std::uint32_t weight; ///< 0: negative; half a positive one, or twice that
  };
  struct Tally {
    std::uint64_t negatives = 0;
    std::uint64_t twice_positives = 0;
    std::uint64_t twice_ordered = 0;
  };

  /// Where each image finds its group among those of all images.
  std::vector<std::uint32_t> deal_images(const std::vector<std::uint32_t>& group_of_image,
                                         const std::vector<std::size_t>& order) {
    std::vector<std::uint32_t> places(group_of_image.size());
    for (const std::size_t i : order) {
      places[i] = static_cast<std::uint32_t>(groups_.size());
      groups_.push_back(group_of_image[i]);
    }
    return places;
  }

  /// And among those of the units.
  std::vector<std::uint32_t> deal_units(const ScoredImages& images, const std::vector<std::uint32_t>& group_of_image,
                                        const std::vector<std::size_t>& order) {
    std::vector<std::uint32_t> units;
    std::ranges::transform(order, std::back_inserter(units), [&](std::size_t i) { return images.units[i]; });
    std::ranges::sort(units);
    units.erase(std::ranges::unique(units).begin(), units.end());
    groups_.resize(units.size());
    std::vector<std::uint32_t> places(group_of_image.size());
    for (const std::size_t i : order) {
      places[i] = static_cast<std::uint32_t>(std::ranges::lower_bound(units, images.units[i]) - units.begin());
      groups_[places[i]] = group_of_image[i];
    }
    return places;
  }

  std::vector<Item> items_;
  std::vector<std::uint32_t> groups_; ///< that are dealt out, to units or images
  std::size_t num_not_called_ = 0;    ///< items below the threshold, which are first
  bool is_by_unit_ = true;            ///< all images of each unit are in one group
};

} // namespace

PermutedCounts DrawPlan::permute(const ScoredImages& images, const Grouping& grouping, double threshold, const std::string& split,
                                 std::span<const std::size_t> groups, Communicator& ranks, int num_threads) const {
  const Members members(images, grouping, threshold, groups);
  return shared_counts(
      static_cast<std::size_t>(config_.num_permutations), grouping.num_groups,
      [&](std::size_t first) {
        CountsOfLanes found;
        for (std::size_t lane = 0; lane < found.size(); ++lane) {
          found[lane] = members.dealt({seed_, Stream::permutation, id_ + hash64(split), static_cast<std::uint32_t>(first + lane)},
                                      grouping.num_groups);
        }
        return found;
      },
      ranks, num_threads);
}

} // namespace radforge
