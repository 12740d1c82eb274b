#pragma once

#include "mpi_types.hpp"
#include "reduction.hpp"

#include <mpi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace radforge {

/// Where a ring cuts messages.
struct RingLimits {
  /// Of what a rank sends in a step. With it sums of 16 MB reach 82 to 95 % of what a link allows (bench/run all-reduce-network);
  /// other sizes were not tried.
  std::size_t chunk_bytes = std::size_t{128} << 10;
  /// Messages with less than this for each rank are MPI's: it reaches all ranks in fewer steps.
  std::size_t least_chunk_bytes = std::size_t{8} << 10;
};

/// All-reduce among ranks on several nodes by rings (Patarasuk and Yuan 2009, doi 10.1016/j.jpdc.2008.09.002): each rank adds a
/// chunk that its left neighbour sends to its own and hands the sum to the right, until each holds one chunk of the result, which
/// then goes round once more. A rank sends 2 (N - 1) / N of the bytes, which is the least there is. Several pieces of a message
/// are under way at a time, so that links and processors are busy together. Chunks are added in one order on the way round, so
/// all ranks hold the same bits. bf16 is added in fp32 and rounded at each rank.
class RingReduction final : public Reduction {
 public:
  /// Of the ranks of `comm`, which nobody else sends on.
  RingReduction(MPI_Comm comm, const MpiTypes& types, RingLimits limits);
  ~RingReduction() override;
  RingReduction(const RingReduction&) = delete;
  RingReduction& operator=(const RingReduction&) = delete;

  std::int64_t start(Buffer values, ReduceOp op) override;
  bool finished(std::int64_t number) override;
  void wait(std::int64_t number) override;
  void wait_all() override { wait(num_started_); }

 private:
  static constexpr std::int64_t num_under_way = 4;

  struct Piece {
    Buffer values;
    ReduceOp op = ReduceOp::sum;
    bool by_mpi = false;
    int tag = 0;
    int step = -1; ///< of the messages under way; -1: not begun
    std::array<MPI_Request, 2> requests{MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    std::vector<std::byte> received;
    bool done = false;
  };

  bool advance();
  bool advance(Piece& piece);
  void begin_step(Piece& piece);
  void end_step(Piece& piece) const;
  int last_step(const Piece& piece) const { return piece.by_mpi ? 0 : 2 * (num_ranks_ - 1) - 1; }
  Buffer chunk(const Piece& piece, int number) const;
  /// What comes in at a step of either way round.
  Buffer incoming(const Piece& piece) const;

  MPI_Comm comm_;
  const MpiTypes& types_;
  RingLimits limits_;
  int rank_ = 0;
  int num_ranks_ = 1;
  std::deque<Piece> pieces_; ///< that are not done, or follow one that is not
  std::int64_t num_started_ = 0;
  std::int64_t num_done_ = 0; ///< number of the first of pieces_
};

} // namespace radforge
