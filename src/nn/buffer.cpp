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
  const std::int64_t part = share_of(flat.numel(), 0, ranks.size()).count;
  const Buffer all = buffer_of(flat);
  const auto equal_parts = static_cast<std::size_t>(part * ranks.size());
  ranks.all_gather(all.slice(static_cast<std::size_t>(part * ranks.rank()), static_cast<std::size_t>(part)),
                   all.slice(0, equal_parts));
  if (all.count > equal_parts) {
    ranks.broadcast(all.slice(equal_parts, all.count - equal_parts), ranks.size() - 1);
  }
}

} // namespace radforge
