// Highway includes this header once for each instruction set: vectors of fp32 from memory of fp32 or bf16, and functions on them.
#if defined(RADFORGE_NN_VECTOR_MATH) == defined(HWY_TARGET_TOGGLE)
#ifdef RADFORGE_NN_VECTOR_MATH
#undef RADFORGE_NN_VECTOR_MATH
#else
#define RADFORGE_NN_VECTOR_MATH
#endif

#include "nn/element.hpp"

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vec = hn::Vec<Floats>;

HWY_INLINE std::size_t lanes() { return hn::Lanes(Floats()); }
HWY_INLINE Vec set(float value) { return hn::Set(Floats(), value); }

HWY_INLINE Vec load(const float* from) { return hn::LoadU(Floats(), from); }
HWY_INLINE void store(Vec x, float* to) { hn::StoreU(x, Floats(), to); }

HWY_INLINE Vec load(const Bf16* from) {
  const hn::Rebind<std::uint16_t, Floats> halves;
  const hn::Rebind<std::uint32_t, Floats> words;
  const auto bits = hn::LoadU(halves, reinterpret_cast<const std::uint16_t*>(from));
  return hn::BitCast(Floats(), hn::ShiftLeft<16>(hn::PromoteTo(words, bits)));
}

/// To the nearest, ties to even; what is not a number stays so.
HWY_INLINE void store(Vec x, Bf16* to) {
  const hn::Rebind<std::uint16_t, Floats> halves;
  const hn::Rebind<std::uint32_t, Floats> words;
  const hn::Rebind<std::int32_t, Floats> ints;
  const auto bits = hn::BitCast(words, hn::IfThenElse(hn::Eq(x, x), x, hn::BitCast(Floats(), hn::Set(words, 0x7fc00000U))));
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(words, 0x7fffU)), odd));
  hn::StoreU(hn::DemoteTo(halves, hn::BitCast(ints, rounded)), halves, reinterpret_cast<std::uint16_t*>(to));
}

/// The first `count` < lanes() elements, zeros behind them.
template <class T>
HWY_INLINE Vec load_first(const T* from, std::size_t count) {
  HWY_ALIGN T whole[hn::MaxLanes(Floats())] = {};
  std::memcpy(whole, from, count * sizeof(T));
  return load(whole);
}

template <class T>
HWY_INLINE void store_first(Vec x, T* to, std::size_t count) {
  HWY_ALIGN T whole[hn::MaxLanes(Floats())];
  store(x, whole);
  std::memcpy(to, whole, count * sizeof(T));
}

/// A whole vector of memory, and the first `count` lanes of one.
struct WholeVector {
  template <class T>
  HWY_INLINE Vec load(const T* from) const {
    return HWY_NAMESPACE::load(from);
  }
  template <class T>
  HWY_INLINE void store(Vec x, T* to) const {
    HWY_NAMESPACE::store(x, to);
  }
};

struct FirstLanes {
  template <class T>
  HWY_INLINE Vec load(const T* from) const {
    return load_first(from, count);
  }
  template <class T>
  HWY_INLINE void store(Vec x, T* to) const {
    store_first(x, to, count);
  }
  std::size_t count;
};

/// Calls `work(part, i)` for the vectors of [0, count): `part` loads and stores the elements from i on, fewer in the last one.
template <class Work>
HWY_INLINE void for_vectors(std::size_t count, const Work& work) {
  std::size_t i = 0;
  for (; i + lanes() <= count; i += lanes()) {
    work(WholeVector(), i);
  }
  if (i < count) {
    work(FirstLanes{count - i}, i);
  }
}

/// e^x within 2 ulp, by the reduction and the polynomial of Cephes' expf (Moshier); beyond +-88 the ends of fp32's range.
HWY_INLINE Vec exp(Vec x) {
  const Floats floats;
  const hn::Rebind<std::int32_t, Floats> ints;
  // In this order a NaN comes through both.
  x = hn::Min(set(88.3762626647949F), hn::Max(set(-87.3365447505F), x));
  const Vec n = hn::Round(hn::Mul(x, set(1.44269504088896341F)));
  const Vec r = hn::NegMulAdd(n, set(-2.12194440e-4F), hn::NegMulAdd(n, set(0.693359375F), x));
  Vec p = set(1.9875691500e-4F);
  p = hn::MulAdd(p, r, set(1.3981999507e-3F));
  p = hn::MulAdd(p, r, set(8.3334519073e-3F));
  p = hn::MulAdd(p, r, set(4.1665795894e-2F));
  p = hn::MulAdd(p, r, set(1.6666665459e-1F));
  p = hn::MulAdd(p, r, set(5.0000001201e-1F));
  const Vec y = hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), set(1.0F));
  const auto exponent = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(ints, n), hn::Set(ints, 127)));
  return hn::Mul(y, hn::BitCast(floats, exponent));
}

HWY_INLINE Vec sigmoid(Vec x) { return hn::Div(set(1.0F), hn::Add(set(1.0F), exp(hn::Neg(x)))); }

} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
