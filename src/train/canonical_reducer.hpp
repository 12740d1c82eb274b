#pragma once

#include "gradient_reducer.hpp"
#include "shard_tree.hpp"

#include <map>
#include <vector>

namespace radforge {

/// Sums the gradients of `num_shards` virtual shards of the global batch in one fixed binary tree, so that any number of ranks
/// that divides num_shards gives the same bits. Each part of a step is one shard. A rank adds up the subtrees that are its own;
/// their sums go to all ranks, which add up the rest of the tree. Costs a forward and backward pass a shard, the rank's subtrees
/// in memory (at most log2(num_shards) gradients) and their exchange.
class CanonicalReducer final : public GradientReducer {
 public:
  CanonicalReducer(ParameterSet& parameters, Communicator& ranks, std::int64_t num_shards);

  void begin_step() override;
  void begin_part(Part part) override;
  void end_part() override;
  void finish() override;
  double wait_s() const override { return wait_s_; }

 private:
  at::Tensor take_buffer();

  ParameterSet& parameters_;
  Communicator& ranks_;
  ShardTree tree_;
  std::vector<std::vector<ShardRange>> subtrees_; ///< of each rank
  std::map<ShardRange, at::Tensor> sums_;         ///< of this rank's shards so far
  std::vector<at::Tensor> free_buffers_;
  std::int64_t next_shard_ = 0;
  double wait_s_ = 0;
};

} // namespace radforge
