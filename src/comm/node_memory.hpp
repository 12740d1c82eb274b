#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/process_identity.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace radforge {

/// Memory that the ranks of a communicator on one node share, zero at the start and reserved in full. It has no name in any file
/// system (memfd_create(2), opened by the others under /proc), so nothing is left behind however the processes end, and letting
/// go of it is no collective, unlike that of an MPI window. A rank that cannot share it (another container) has such memory of
/// its own.
class NodeMemory {
 public:
  /// Collective over `ranks`. `bytes_for(n)` says how much n ranks need. At most `most_ranks` successive ranks share, 0 = no
  /// limit: tests make nodes of one machine. Errors: CommunicationError without memory.
  NodeMemory(Communicator& ranks, const std::function<std::size_t(std::size_t)>& bytes_for, int most_ranks = 0);
  ~NodeMemory();
  NodeMemory(const NodeMemory&) = delete;
  NodeMemory& operator=(const NodeMemory&) = delete;

  std::byte* data() const { return static_cast<std::byte*>(memory_); }
  /// The ranks that share this memory, this one among them, in ascending order.
  const std::vector<int>& ranks() const { return ranks_; }
  /// The processes of all ranks of the communicator.
  const std::vector<ProcessIdentity>& processes() const { return processes_; }

 private:
  void* memory_ = nullptr;
  std::size_t num_bytes_ = 0;
  std::vector<int> ranks_;
  std::vector<ProcessIdentity> processes_;
};

} // namespace radforge
