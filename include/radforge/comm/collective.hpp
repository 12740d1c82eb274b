#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace radforge {

enum class Operation { all_reduce, start_all_reduce, broadcast, all_gather, reduce_scatter, barrier };

/// One call of a collective, in all that must be equal on every rank.
struct Collective {
  Operation operation = Operation::barrier;
  ReduceOp op = ReduceOp::sum; ///< of reductions
  DType dtype = DType::u8;
  int root = 0;           ///< of a broadcast
  std::int64_t bytes = 0; ///< of the larger buffer

  bool operator==(const Collective&) const = default;
};

/// "all-reduce (sum, 4096 bytes of f32)", "broadcast (8 bytes of i64 from rank 0)", "barrier".
std::string describe(const Collective& call);

/// "all-reduce", "started all-reduce", "broadcast", "all-gather", "reduce-scatter" or "barrier".
std::string_view name(Operation operation);
std::string_view name(ReduceOp op);
std::string_view name(DType dtype);

} // namespace radforge
