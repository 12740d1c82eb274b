#pragma once

#include "node_memory.hpp"
#include "reduction.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace radforge {

/// All-reduce among ranks that share memory. A message travels in pieces that stay in the cache: each rank copies the
/// slices of a piece that the others reduce into its place of the window, reduces its own slice over the ranks in rank
/// order, and copies the others' results back. So all ranks hold the same bits, and the same in every run. bf16 is added in
/// fp32 and rounded once.
class NodeReduction final : public Reduction {
 public:
  /// Collective. A null pointer, on all ranks, unless all ranks share memory. `piece_bytes` of a message lie in the window at a
  /// time for each rank, in kSlots places. `ranks_per_node` as in NodeMemory.
  static std::shared_ptr<NodeReduction> create(Communicator& ranks, std::size_t piece_bytes, int ranks_per_node = 0);

  std::int64_t start(Buffer values, ReduceOp op) override;
  bool finished(std::int64_t number) override;
  void wait(std::int64_t number) override;
  void wait_all() override { wait(num_started_); }

 private:
  static constexpr std::int64_t kSlots = 4;
  /// Pieces so small are reduced by every rank for itself: one meeting of the ranks less.
  static constexpr std::size_t kSmall = 4096;

  /// How many pieces a rank has copied into the window, reduced its part of, and copied back.
  struct alignas(64) Progress {
    std::atomic<std::int64_t> staged;
    std::atomic<std::int64_t> reduced;
    std::atomic<std::int64_t> taken;
  };
  struct Message {
    Buffer values;
    ReduceOp op = ReduceOp::sum;
    std::int64_t first = 0; ///< number of its first piece
    std::int64_t end = 0;
  };
  struct Piece {
    Buffer values;
    ReduceOp op = ReduceOp::sum;
    bool small = false;
    std::int64_t slot = 0;
  };

  NodeReduction(std::unique_ptr<NodeMemory> memory, int rank, int num_ranks, std::size_t piece_bytes);
  static std::size_t bytes_for(std::size_t num_ranks, std::size_t piece_bytes);

  bool advance();
  bool take();
  bool reduce();
  bool stage();
  Piece piece(std::int64_t number) const;
  Progress& progress(int rank) const;
  std::byte* place(std::int64_t slot, int rank) const;
  /// The part of a piece that `rank` reduces.
  Buffer slice(const Piece& piece, int rank) const;
  void reduce_part(const Piece& piece, Buffer part) const;

  /// Whether all ranks have got beyond `number` of a step.
  bool all_beyond(std::atomic<std::int64_t> Progress::*step, std::int64_t number) const;

  std::unique_ptr<NodeMemory> memory_;
  int rank_;
  int num_ranks_;
  std::size_t piece_bytes_;
  std::deque<Message> messages_; ///< that are not done
  std::int64_t num_started_ = 0; ///< pieces
  std::int64_t num_staged_ = 0;
  std::int64_t num_reduced_ = 0;
  std::int64_t num_taken_ = 0;
};

} // namespace radforge
