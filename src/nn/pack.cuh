#pragma once

#include "cuda_language.cuh"
#include "element.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <initializer_list>

namespace radforge {

__device__ inline float float_of(float x) { return x; }
__device__ inline float float_of(Bf16 x) { return std::bit_cast<float>(std::uint32_t{x.bits} << 16); }

template <class T>
__device__ inline T rounded_to(float x);
template <>
__device__ inline float rounded_to<float>(float x) {
  return x;
}
template <>
__device__ inline Bf16 rounded_to<Bf16>(float x) {
  return {bf16_bits_of(x)};
}

/// Elements beside each other that a thread moves at once: 16 bytes, or one element where that does not fit.
template <class T, int size>
struct alignas(sizeof(T) * size) Pack {
  T elements[size];
};

template <class T>
inline constexpr int widest_pack = 16 / sizeof(T);

/// Whether rows of `width` elements that begin at these addresses can be read in the widest packs.
template <class T>
inline bool fits_packs(std::int64_t width, std::initializer_list<const T*> rows) {
  return width % widest_pack<T> == 0 && std::all_of(rows.begin(), rows.end(), [](const T* row) {
           return reinterpret_cast<std::uintptr_t>(row) % sizeof(Pack<T, widest_pack<T>>) == 0;
         });
}

/// Elements of T as fp32.
template <int size>
struct Floats {
  float value[size];
};

template <int size, class T>
__device__ inline Floats<size> floats_of(const Pack<T, size>& pack) {
  Floats<size> floats;
  for (int i = 0; i < size; ++i) {
    floats.value[i] = float_of(pack.elements[i]);
  }
  return floats;
}

template <int size, class T>
__device__ inline Floats<size> load(const T* from) {
  return floats_of(*reinterpret_cast<const Pack<T, size>*>(from));
}

/// Loads one pack ahead of what is worked on, so that enough of memory is under way.
template <int size, class T>
class Ahead {
 public:
  __device__ explicit Ahead(const T* first) : next_(*reinterpret_cast<const Pack<T, size>*>(first)) {}

  /// The pack that was loaded last time; the one at `following` is begun.
  __device__ Floats<size> then(const T* following) {
    const Pack<T, size> current = next_;
    next_ = *reinterpret_cast<const Pack<T, size>*>(following);
    return floats_of(current);
  }

 private:
  Pack<T, size> next_;
};

template <int size, class T>
__device__ inline void store(const Floats<size>& floats, T* to) {
  Pack<T, size> pack;
  for (int i = 0; i < size; ++i) {
    pack.elements[i] = rounded_to<T>(floats.value[i]);
  }
  *reinterpret_cast<Pack<T, size>*>(to) = pack;
}

} // namespace radforge
