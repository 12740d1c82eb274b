#include "radforge/nn/buffer.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/share.hpp"

namespace radforge {

namespace {

DType dtype_of_scalar(at::ScalarType type) {
  switch (type) {
  case at::kByte:
    return DType::u8;
  case at::kInt:
    return DType::i32;
  case at::kLong:
    return DType::i64;
  case at::kFloat:
    return DType::f32;
  case at::kDouble:
    return DType::f64;
  case at::kBFloat16:
    return DType::bf16;
  default:
    throw InternalError("a tensor of type {} takes no part in collectives", c10::toString(type));
  }
}

} // namespace

Buffer buffer_of(const at::Tensor& tensor) {
  require(tensor.is_contiguous(), "a collective works on contiguous memory");
  return {tensor.data_ptr(), static_cast<std::size_t>(tensor.numel()), dtype_of_scalar(tensor.scalar_type()),
          tensor.is_cuda() ? Place::cuda : Place::host};
}

void gather_shares(Communicator& ranks, const at::Tensor& flat) {
  for (int owner = 0; owner < ranks.size(); ++owner) {
    if (const FlatRange share = share_of(flat.numel(), owner, ranks.size()); share.count > 0) {
      ranks.broadcast(buffer_of(flat.narrow(0, share.first, share.count)), owner);
    }
  }
}

} // namespace radforge
