#pragma once

#include "mpi_types.hpp"
#include "radforge/comm/communicator.hpp"
#include "ring_reduction.hpp"

#include <mpi.h>

#include <memory>

namespace radforge {

/// Where long messages are cut.
struct MpiLimits {
  /// A piece of a reduce-scatter, which MPI does through a temporary buffer that should stay in the cache.
  std::size_t reduce_bytes = std::size_t{512} << 10;
  /// A copy's piece: MPI counts with int.
  std::size_t move_bytes = std::size_t{1} << 30;
  /// A piece of an all-reduce through the memory of a node (node_reduction.hpp), for each rank; 0 = a ring does it there too.
  std::size_t node_bytes = std::size_t{64} << 10;
  RingLimits ring = {}; ///< of an all-reduce between nodes
};

/// Collectives of host memory over a duplicate of `parent`, so that nobody else's messages are met. Where all ranks share a node,
/// all-reduces go through its memory and not through MPI; else long ones go round a ring. Not thread-safe: one thread at a time
/// uses one communicator.
class MpiCommunicator final : public Communicator {
 public:
  /// Collective.
  explicit MpiCommunicator(MPI_Comm parent, MpiLimits limits = {});
  ~MpiCommunicator() override;
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void all_reduce(Buffer values, ReduceOp op) override;
  std::unique_ptr<Work> start_all_reduce(Buffer values, ReduceOp op) override;
  void broadcast(Buffer values, int root) override;
  void all_gather(Buffer in, Buffer out) override;
  void reduce_scatter(Buffer in, Buffer out, ReduceOp op) override;
  void barrier() override;
  std::unique_ptr<Communicator> split(int color) override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  /// Before a collective of MPI: another rank may wait for a reduction that moves only with this rank's help.
  void finish_reductions();

  MpiTypes types_;
  MpiLimits limits_;
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  std::shared_ptr<Reduction> reduction_;
};

} // namespace radforge
