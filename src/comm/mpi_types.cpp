#include "mpi_types.hpp"

#include "bf16.hpp"
#include "mpi_check.hpp"
#include "radforge/core/error.hpp"

#include <cstdint>

namespace radforge {

namespace {

struct Sum {
  static float apply(float a, float b) { return a + b; }
};
struct Min {
  static float apply(float a, float b) { return a < b || a != a ? a : b; }
};
struct Max {
  static float apply(float a, float b) { return a > b || a != a ? a : b; }
};

template <class Op>
void reduce_bf16(void* in, void* in_out, int* length, MPI_Datatype*) {
  const auto* from = static_cast<const std::uint16_t*>(in);
  auto* to = static_cast<std::uint16_t*>(in_out);
  for (int i = 0; i < *length; ++i) {
    to[i] = bf16_of_float(Op::apply(float_of_bf16(from[i]), float_of_bf16(to[i])));
  }
}

} // namespace

MpiTypes::MpiTypes() {
  const int commutes = 1;
  check_mpi(MPI_Type_contiguous(2, MPI_BYTE, &bf16_), "MPI_Type_contiguous");
  check_mpi(MPI_Type_commit(&bf16_), "MPI_Type_commit");
  check_mpi(MPI_Op_create(reduce_bf16<Sum>, commutes, &bf16_sum_), "MPI_Op_create");
  check_mpi(MPI_Op_create(reduce_bf16<Min>, commutes, &bf16_min_), "MPI_Op_create");
  check_mpi(MPI_Op_create(reduce_bf16<Max>, commutes, &bf16_max_), "MPI_Op_create");
}

MpiTypes::~MpiTypes() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized != 0) {
    return;
  }
  MPI_Op_free(&bf16_max_);
  MPI_Op_free(&bf16_min_);
  MPI_Op_free(&bf16_sum_);
  MPI_Type_free(&bf16_);
}

MPI_Datatype MpiTypes::type(DType dtype) const {
  switch (dtype) {
  case DType::u8:
    return MPI_UINT8_T;
  case DType::i32:
    return MPI_INT32_T;
  case DType::i64:
    return MPI_INT64_T;
  case DType::f32:
    return MPI_FLOAT;
  case DType::f64:
    return MPI_DOUBLE;
  case DType::bf16:
    return bf16_;
  }
  throw InternalError("unknown element type {} (a cast made it)", static_cast<int>(dtype));
}

MPI_Op MpiTypes::op(DType dtype, ReduceOp op) const {
  const bool ours = dtype == DType::bf16;
  switch (op) {
  case ReduceOp::sum:
    return ours ? bf16_sum_ : MPI_SUM;
  case ReduceOp::min:
    return ours ? bf16_min_ : MPI_MIN;
  case ReduceOp::max:
    return ours ? bf16_max_ : MPI_MAX;
  }
  throw InternalError("unknown reduction {} (a cast made it)", static_cast<int>(op));
}

} // namespace radforge
