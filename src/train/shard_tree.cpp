#include "shard_tree.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

namespace {

void add_subtrees(const ShardRange& node, const ShardRange& shards, std::vector<ShardRange>& found) {
  if (node.last <= shards.first || shards.last <= node.first) {
    return;
  }
  if (shards.first <= node.first && node.last <= shards.last) {
    found.push_back(node);
    return;
  }
  add_subtrees({node.first, ShardTree::middle(node)}, shards, found);
  add_subtrees({ShardTree::middle(node), node.last}, shards, found);
}

} // namespace

ShardRange ShardTree::parent(const ShardRange& node) const {
  require(node != root(), "the root has no parent");
  ShardRange above = root();
  while (true) {
    const ShardRange left{above.first, middle(above)};
    const ShardRange child = node.first < left.last ? left : ShardRange{left.last, above.last};
    if (child == node) {
      return above;
    }
    above = child;
  }
}

std::vector<ShardRange> ShardTree::subtrees(const ShardRange& shards) const {
  std::vector<ShardRange> found;
  add_subtrees(root(), shards, found);
  return found;
}

ShardRange ShardTree::of_rank(int rank, int num_ranks) const {
  if (num_shards_ % num_ranks != 0) {
    throw ConfigError(
        "{} ranks cannot share {} virtual shards evenly (train.reduction is canonical). Start as many ranks as divide "
        "it, or change train.virtual_shards",
        num_ranks, num_shards_);
  }
  const std::int64_t each = num_shards_ / num_ranks;
  return {rank * each, (rank + 1) * each};
}

} // namespace radforge
