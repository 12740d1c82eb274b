#include "radforge/comm/collective.hpp"

#include "radforge/core/error.hpp"

#include <fmt/core.h>

namespace radforge {

std::string describe(const Collective& call) {
  switch (call.operation) {
  case Operation::barrier:
    return std::string(name(call.operation));
  case Operation::broadcast:
    return fmt::format("{} ({} bytes of {} from rank {})", name(call.operation), call.bytes, name(call.dtype), call.root);
  case Operation::all_gather:
    return fmt::format("{} ({} bytes of {})", name(call.operation), call.bytes, name(call.dtype));
  default:
    return fmt::format("{} ({}, {} bytes of {})", name(call.operation), name(call.op), call.bytes, name(call.dtype));
  }
}

std::string_view name(Operation operation) {
  switch (operation) {
  case Operation::all_reduce:
    return "all-reduce";
  case Operation::start_all_reduce:
    return "started all-reduce";
  case Operation::broadcast:
    return "broadcast";
  case Operation::all_gather:
    return "all-gather";
  case Operation::reduce_scatter:
    return "reduce-scatter";
  case Operation::barrier:
    return "barrier";
  }
  throw InternalError("unknown operation {} (a cast made it)", static_cast<int>(operation));
}

std::string_view name(ReduceOp op) {
  switch (op) {
  case ReduceOp::sum:
    return "sum";
  case ReduceOp::min:
    return "min";
  case ReduceOp::max:
    return "max";
  }
  throw InternalError("unknown reduction {} (a cast made it)", static_cast<int>(op));
}

std::string_view name(DType dtype) {
  switch (dtype) {
  case DType::u8:
    return "u8";
  case DType::i32:
    return "i32";
  case DType::i64:
    return "i64";
  case DType::f32:
    return "f32";
  case DType::f64:
    return "f64";
  case DType::bf16:
    return "bf16";
  }
  throw InternalError("unknown element type {} (a cast made it)", static_cast<int>(dtype));
}

} // namespace radforge
