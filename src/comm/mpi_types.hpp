#pragma once

#include "radforge/comm/communicator.hpp"

#include <mpi.h>

namespace radforge {

/// MPI's names of our element types and operations. MPI knows no bf16: it is a type of two bytes with operations of our own,
/// which work in fp32 and round to nearest even after each step. min and max of a NaN are NaN in bf16, unspecified in other
/// types.
class MpiTypes {
 public:
  MpiTypes();
  ~MpiTypes();
  MpiTypes(const MpiTypes&) = delete;
  MpiTypes& operator=(const MpiTypes&) = delete;

  MPI_Datatype type(DType dtype) const;
  MPI_Op op(DType dtype, ReduceOp op) const;

 private:
  MPI_Datatype bf16_ = MPI_DATATYPE_NULL;
  MPI_Op bf16_sum_ = MPI_OP_NULL;
  MPI_Op bf16_min_ = MPI_OP_NULL;
  MPI_Op bf16_max_ = MPI_OP_NULL;
};

} // namespace radforge
