#include "radforge/metrics/group_ranking.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

/// One pass over the images, `num_lanes` draws side by side.
class GroupRanking::Pass {
 public:
  Pass(const GroupRanking& ranking, std::span<const Lanes> weights)
      : of_(ranking), weights_(weights), groups_(ranking.num_groups_), cells_(ranking.groups_of_cell_.size()) {}

  std::array<std::vector<GroupCounts>, num_lanes> run() {
    for (const Stretch& stretch : of_.stretches_) {
      const std::span negatives(of_.images_.data() + stretch.begin, stretch.num_negatives);
      const std::span positives(of_.images_.data() + stretch.begin + stretch.num_negatives, stretch.num_positives);
      add_disorder(positives); // twice: before and after the negative images of the same score, which are half a pair
      for (const Item& item : negatives) {
        const Lanes& weights = weights_[item.unit];
        for (const std::uint32_t group : of_.groups_of_cell_[item.cell]) {
          Group& counts = groups_[group];
          for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            counts.negatives[lane] += weights[lane];
          }
        }
        add_error(item, item.score);
      }
      add_disorder(positives);
      add_positives(positives);
      if (stretch.ends_bin) {
        end_bin();
      }
      if (stretch.ends_called) {
        end_called();
      }
    }
    return result();
  }

 private:
  struct Group {
    Lanes positives{};
    Lanes negatives{};
    Lanes true_positives{};
    Lanes false_positives{};
    std::array<double, num_lanes> disorder{}; ///< twice the pairs whose negative image has the higher score, ties half
    std::array<double, num_lanes> precision{};
    std::array<double, num_lanes> bin_error{};
    std::array<double, num_lanes> in_bin{}; ///< sum of (probability - label)
  };
  struct Cell {
    std::array<double, num_lanes> in_bin{};
    std::array<double, num_lanes> squared_error{};
  };

  void add_error(const Item& item, double error) {
    const Lanes& weights = weights_[item.unit];
    Cell& cell = cells_[item.cell];
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
      const auto weight = static_cast<double>(static_cast<std::int32_t>(weights[lane]));
      cell.in_bin[lane] += weight * error;
      cell.squared_error[lane] += weight * (error * error);
    }
  }

  void add_disorder(std::span<const Item> positives) {
    for (const Item& item : positives) {
      const Lanes& weights = weights_[item.unit];
      for (const std::uint32_t group : of_.groups_of_cell_[item.cell]) {
        Group& counts = groups_[group];
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
          counts.disorder[lane] += static_cast<double>(static_cast<std::int32_t>(weights[lane])) *
                                   static_cast<double>(static_cast<std::int32_t>(counts.negatives[lane]));
        }
      }
    }
  }

  void add_positives(std::span<const Item> positives) {
    for (const Item& item : positives) {
      const Lanes& weights = weights_[item.unit];
      for (const std::uint32_t group : of_.groups_of_cell_[item.cell]) {
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
          groups_[group].positives[lane] += weights[lane];
        }
      }
      add_error(item, item.score - 1);
    }
    for (const Item& item : positives) { // all of one score are there
      const Lanes& weights = weights_[item.unit];
      for (const std::uint32_t group : of_.groups_of_cell_[item.cell]) {
        Group& counts = groups_[group];
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
          const auto above = static_cast<double>(static_cast<std::int32_t>(counts.positives[lane]));
          const auto all = above + static_cast<double>(static_cast<std::int32_t>(counts.negatives[lane]));
          const auto weight = static_cast<double>(static_cast<std::int32_t>(weights[lane]));
          counts.precision[lane] += weight * above / std::max(all, 1.0); // nothing is there only if nothing is added
        }
      }
    }
  }

  void end_bin() {
    for (std::size_t number = 0; number < cells_.size(); ++number) {
      for (const std::uint32_t group : of_.groups_of_cell_[number]) {
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
          groups_[group].in_bin[lane] += cells_[number].in_bin[lane];
        }
      }
      cells_[number].in_bin.fill(0);
    }
    for (Group& counts : groups_) {
      for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        counts.bin_error[lane] += std::abs(counts.in_bin[lane]);
      }
      counts.in_bin.fill(0);
    }
  }

  void end_called() {
    for (Group& counts : groups_) {
      counts.true_positives = counts.positives;
      counts.false_positives = counts.negatives;
    }
  }

  std::array<std::vector<GroupCounts>, num_lanes> result() const {
    std::array<std::vector<GroupCounts>, num_lanes> found;
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
      for (const Group& of : groups_) {
        const double positives = of.positives[lane];
        const double negatives = of.negatives[lane];
        found[lane].push_back({.positives = positives,
                               .negatives = negatives,
                               .twice_ordered = 2 * positives * negatives - of.disorder[lane],
                               .precision_sum = of.precision[lane],
                               .true_positives = static_cast<double>(of.true_positives[lane]),
                               .false_positives = static_cast<double>(of.false_positives[lane]),
                               .bin_error = of.bin_error[lane]});
      }
      for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
        for (const std::uint32_t group : of_.groups_of_cell_[cell]) {
          found[lane][group].squared_error += cells_[cell].squared_error[lane];
        }
      }
    }
    return found;
  }

  const GroupRanking& of_;
  std::span<const Lanes> weights_;
  std::vector<Group> groups_;
  std::vector<Cell> cells_;
};

GroupRanking::GroupRanking(const ScoredImages& images, const Grouping& grouping, Options options)
    : num_groups_(grouping.num_groups), groups_of_cell_(grouping.groups_of_cell) {
  const std::size_t size = images.scores.size();
  require(images.positive.size() == size && images.units.size() == size && images.cells.size() == size,
          "columns of scored images are of one length");
  require(options.num_bins > 0, "calibration has bins");
  for (std::size_t i = 0; i < size; ++i) {
    if (!(images.scores[i] >= 0 && images.scores[i] <= 1)) {
      throw DataError("a score is {} (a probability is from 0 to 1) make the predictions again", images.scores[i]);
    }
    images_.push_back({images.scores[i], images.units[i], images.cells[i], images.positive[i] != 0});
    num_units_ = std::max<std::size_t>(num_units_, images.units[i] + 1);
  }
  std::ranges::stable_sort(images_, [](const Item& a, const Item& b) {
    return a.score != b.score ? a.score > b.score : a.positive < b.positive; // of one score the negative ones first
  });
  add_stretches(options);
}

void GroupRanking::add_stretches(const Options& options) {
  const auto bin_of = [&](double score) { return std::min(static_cast<int>(score * options.num_bins), options.num_bins - 1); };
  for (std::size_t begin = 0; begin < images_.size();) {
    std::size_t end = begin;
    Stretch next{.begin = static_cast<std::uint32_t>(begin)};
    for (; end < images_.size() && images_[end].score == images_[begin].score; ++end) {
      ++(images_[end].positive ? next.num_positives : next.num_negatives);
    }
    const double score = images_[begin].score;
    const bool is_last = end == images_.size();
    next.ends_bin = is_last || bin_of(images_[end].score) != bin_of(score);
    next.ends_called = score >= options.threshold && (is_last || images_[end].score < options.threshold);
    Stretch* last = stretches_.empty() ? nullptr : &stretches_.back();
    if (last != nullptr && last->num_positives == 0 && !last->ends_bin && !last->ends_called && next.num_positives == 0) {
      last->num_negatives += next.num_negatives;
      last->ends_bin = next.ends_bin;
      last->ends_called = next.ends_called;
    } else {
      stretches_.push_back(next);
    }
    begin = end;
  }
}

std::array<std::vector<GroupCounts>, GroupRanking::num_lanes> GroupRanking::count(std::span<const Lanes> weights) const {
  require(weights.size() >= num_units_, "every unit has weights");
  return Pass(*this, weights).run();
}

std::vector<GroupCounts> GroupRanking::count() const {
  Lanes once{};
  once[0] = 1;
  return std::move(count(std::vector<Lanes>(num_units_, once))[0]);
}

} // namespace radforge
