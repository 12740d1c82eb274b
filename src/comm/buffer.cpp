#include "radforge/comm/communicator.hpp"
#include "radforge/core/error.hpp"

namespace radforge {

std::size_t size_of(DType dtype) {
  switch (dtype) {
  case DType::u8:
    return 1;
  case DType::bf16:
    return 2;
  case DType::i32:
  case DType::f32:
    return 4;
  case DType::i64:
  case DType::f64:
    return 8;
  }
  throw InternalError("unknown element type {} (a cast made it)", static_cast<int>(dtype));
}

Buffer Buffer::slice(std::size_t first, std::size_t num_elements) const {
  require(first <= count && num_elements <= count - first, "the slice lies inside the buffer");
  return {static_cast<std::byte*>(data) + first * size_of(dtype), num_elements, dtype, where};
}

} // namespace radforge
