#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/config/evaluation_config.hpp"
#include "radforge/io/sample_record.hpp"
#include "radforge/metrics/group_ranking.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// One label's counts in all groups.
struct LabelCounts {
  std::vector<GroupCounts> whole;                 ///< of the images as they are
  std::vector<std::vector<GroupCounts>> draws;    ///< of each draw
  std::vector<std::vector<GroupCounts>> left_out; ///< without each block of units; for bca alone
};

/// Counts of a split's groups where the units have changed groups with each other: [permutation][group], for AUROC and rates.
/// Where images of one unit are in several groups, images change them.
using PermutedCounts = std::vector<std::vector<GroupCounts>>;

/// What is drawn with replacement from a site's images, and how often. Which units a draw takes follows from the seed, the site
/// and the units' names: it is the same for every model that is judged on the same images, in any order of their rows, on any
/// number of ranks and threads.
class DrawPlan {
 public:
  /// Errors: DataError (patients are drawn, and an image has none).
  DrawPlan(const BootstrapConfig& config, std::int64_t seed, const std::string& site, const std::vector<SampleRecord>& samples);

  /// Of each sample the unit it is drawn with.
  const std::vector<std::uint32_t>& units() const { return units_; }
  /// Whether the same units are drawn.
  bool is_as(const DrawPlan& other) const { return names_ == other.names_; }

  /// Draws are shared among the ranks; all get all. Collective.
  LabelCounts count(const ScoredImages& images, const Grouping& grouping, GroupRanking::Options options, Communicator& ranks,
                    int num_threads) const;

  /// `groups` are those of the split. Permutations are shared among the ranks; all get all. Collective.
  PermutedCounts permute(const ScoredImages& images, const Grouping& grouping, double threshold, const std::string& split,
                         std::span<const std::size_t> groups, Communicator& ranks, int num_threads) const;

 private:
  using Lanes = GroupRanking::Lanes;

  std::vector<Lanes> weights_of_draws(const ScoredImages& images, std::size_t first) const;
  std::vector<Lanes> weights_without_blocks(std::size_t first, std::size_t num_blocks) const;

  BootstrapConfig config_;
  std::uint64_t seed_ = 0;
  std::uint64_t id_ = 0;
  std::vector<std::string> names_; ///< of the units
  std::vector<std::uint32_t> units_;
};

} // namespace radforge
