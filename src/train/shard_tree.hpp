#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace radforge {

/// Shards [first, last).
struct ShardRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  auto operator<=>(const ShardRange&) const = default;
};

/// A fixed binary tree over shards: a node of several shards has two children, the first with half of them, rounded down.
class ShardTree {
 public:
  explicit ShardTree(std::int64_t num_shards) : num_shards_(num_shards) {}

  ShardRange root() const { return {0, num_shards_}; }
  static std::int64_t middle(const ShardRange& node) { return node.first + (node.last - node.first) / 2; }
  /// The node above. Not of the root.
  ShardRange parent(const ShardRange& node) const;
  /// The largest nodes inside `shards`, which cover it, in order.
  std::vector<ShardRange> subtrees(const ShardRange& shards) const;
  /// The shards of a rank: equal parts. `num_ranks` divides the number of shards.
  ShardRange of_rank(int rank, int num_ranks) const;

 private:
  std::int64_t num_shards_;
};

} // namespace radforge
