#include "canonical_reducer.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/buffer.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <utility>

namespace radforge {

namespace {

constexpr std::int64_t piece_elements = 1 << 18;

/// Adds up the tree below `node` from the sums of subtrees, in place.
at::Tensor sum_below(const ShardRange& node, const std::map<ShardRange, at::Tensor>& sums) {
  if (const auto found = sums.find(node); found != sums.end()) {
    return found->second;
  }
  at::Tensor first = sum_below({node.first, ShardTree::middle(node)}, sums);
  return first.add_(sum_below({ShardTree::middle(node), node.last}, sums));
}

} // namespace

CanonicalReducer::CanonicalReducer(ParameterSet& parameters, Communicator& ranks, std::int64_t num_shards)
    : parameters_(parameters), ranks_(ranks), tree_(num_shards) {
  for (int rank = 0; rank < ranks.size(); ++rank) {
    subtrees_.push_back(tree_.subtrees(tree_.of_rank(rank, ranks.size())));
  }
}

void CanonicalReducer::begin_step() {
  for (auto& [node, sum] : sums_) {
    free_buffers_.push_back(std::move(sum));
  }
  sums_.clear();
  next_shard_ = tree_.of_rank(ranks_.rank(), ranks_.size()).first;
}

void CanonicalReducer::begin_part(Part /*part*/) { parameters_.flat_gradient().zero_(); }

void CanonicalReducer::end_part() {
  const ShardRange mine = tree_.of_rank(ranks_.rank(), ranks_.size());
  require(next_shard_ < mine.last, "a part is a shard");
  ShardRange node{next_shard_, next_shard_ + 1};
  ++next_shard_;
  at::Tensor sum = take_buffer().copy_(parameters_.flat_gradient());
  // The second child of a node of this rank's completes it.
  while (node != tree_.root()) {
    const ShardRange above = tree_.parent(node);
    if (above.first < mine.first || mine.last < above.last || node.last != above.last) {
      break;
    }
    const auto first = sums_.find({above.first, ShardTree::middle(above)});
    first->second.add_(sum);
    free_buffers_.push_back(std::exchange(sum, first->second));
    sums_.erase(first);
    node = above;
  }
  sums_.emplace(node, sum);
}

void CanonicalReducer::finish() {
  const Stopwatch waiting;
  at::Tensor& gradient = parameters_.flat_gradient();
  for (std::int64_t first = 0; first < gradient.numel(); first += piece_elements) {
    const std::int64_t count = std::min(piece_elements, gradient.numel() - first);
    std::map<ShardRange, at::Tensor> pieces;
    for (int owner = 0; owner < ranks_.size(); ++owner) {
      for (const ShardRange& node : subtrees_[static_cast<std::size_t>(owner)]) {
        at::Tensor piece =
            owner == ranks_.rank() ? sums_.at(node).narrow(0, first, count) : at::empty({count}, gradient.options());
        ranks_.broadcast(buffer_of(piece), owner);
        pieces.emplace(node, piece);
      }
    }
    gradient.narrow(0, first, count).copy_(sum_below(tree_.root(), pieces));
  }
  wait_s_ += waiting.seconds();
}

at::Tensor CanonicalReducer::take_buffer() {
  if (free_buffers_.empty()) {
    return at::empty_like(parameters_.flat_gradient());
  }
  at::Tensor buffer = free_buffers_.back();
  free_buffers_.pop_back();
  return buffer;
}

} // namespace radforge
