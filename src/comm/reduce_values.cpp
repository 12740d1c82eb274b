#include "reduce_values.hpp"

#include "bf16.hpp"
#include "radforge/core/error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace radforge {

namespace {

/// Elements at a time: the accumulators stay in the first cache, and the compiler knows the trip count of the inner loops.
constexpr std::size_t kBlock = 512;

struct Sum {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) {
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
    } else {
      return static_cast<T>(a + b);
    }
  }
};
struct Min {
  template <class T>
  static T apply(T a, T b) {
    return a < b || a != a ? a : b;
  }
};
struct Max {
  template <class T>
  static T apply(T a, T b) {
    return a > b || a != a ? a : b;
  }
};

struct Bf16 {
  std::uint16_t bits;
};

template <class T>
struct Accumulator {
  using Type = T;
};
template <>
struct Accumulator<Bf16> {
  using Type = float;
};

template <class T>
T wide(T value) {
  return value;
}
float wide(Bf16 value) { return float_of_bf16(value.bits); }

template <class T>
void narrow(T value, T& out) {
  out = value;
}
void narrow(float value, Bf16& out) { out.bits = bf16_of_float(value); }

template <class T>
const T* part_of(const std::byte* part, std::size_t first) {
  return reinterpret_cast<const T*>(part) + first;
}

template <class T, class Op, class Count>
void reduce_block(std::span<const std::byte* const> parts, std::size_t first, Count count, T* out, T* copy) {
  using Wide = typename Accumulator<T>::Type;
  std::array<Wide, kBlock> result;
  const T* one = part_of<T>(parts[0], first);
  const T* other = part_of<T>(parts[1], first);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = Op::template apply<Wide>(wide(one[i]), wide(other[i]));
  }
  for (std::size_t p = 2; p < parts.size(); ++p) {
    other = part_of<T>(parts[p], first);
    for (std::size_t i = 0; i < count; ++i) {
      result[i] = Op::template apply<Wide>(result[i], wide(other[i]));
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    narrow(result[i], out[first + i]);
  }
  if (copy != nullptr) {
    std::memcpy(copy + first, out + first, count * sizeof(T));
  }
}

template <class T, class Op>
void reduce_typed(std::span<const std::byte* const> parts, Buffer out, std::byte* copy) {
  T* values = static_cast<T*>(out.data);
  T* copied = reinterpret_cast<T*>(copy);
  const std::size_t whole = out.count - out.count % kBlock;
  for (std::size_t first = 0; first < whole; first += kBlock) {
    reduce_block<T, Op>(parts, first, std::integral_constant<std::size_t, kBlock>(), values, copied);
  }
  reduce_block<T, Op>(parts, whole, out.count - whole, values, copied);
}

template <class T>
void reduce_typed(std::span<const std::byte* const> parts, Buffer out, std::byte* copy, ReduceOp op) {
  switch (op) {
  case ReduceOp::sum:
    return reduce_typed<T, Sum>(parts, out, copy);
  case ReduceOp::min:
    return reduce_typed<T, Min>(parts, out, copy);
  case ReduceOp::max:
    return reduce_typed<T, Max>(parts, out, copy);
  }
  throw InternalError("unknown reduction {} (a cast made it)", static_cast<int>(op));
}

} // namespace

void reduce_values(std::span<const std::byte* const> parts, Buffer out, std::byte* copy, ReduceOp op) {
  require(parts.size() >= 2, "there is something to reduce");
  switch (out.dtype) {
  case DType::u8:
    return reduce_typed<std::uint8_t>(parts, out, copy, op);
  case DType::i32:
    return reduce_typed<std::int32_t>(parts, out, copy, op);
  case DType::i64:
    return reduce_typed<std::int64_t>(parts, out, copy, op);
  case DType::f32:
    return reduce_typed<float>(parts, out, copy, op);
  case DType::f64:
    return reduce_typed<double>(parts, out, copy, op);
  case DType::bf16:
    return reduce_typed<Bf16>(parts, out, copy, op);
  }
  throw InternalError("unknown element type {} (a cast made it)", static_cast<int>(out.dtype));
}

} // namespace radforge
