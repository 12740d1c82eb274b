#include "adamw_kernel.hpp"

// As for the random numbers (core/philox_kernels.cpp).
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/adamw_kernel.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include "nn/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

struct Element {
  Vec weight, first, second;
};

HWY_INLINE Element updated(const AdamWFactors& f, const Element& old, Vec gradient) {
  const Vec g = hn::Mul(gradient, set(f.gradient));
  const Vec first = hn::MulAdd(set(f.rest1), hn::Sub(g, old.first), old.first);
  const Vec second = hn::MulAdd(set(f.beta2), old.second, hn::Mul(set(f.rest2), hn::Mul(g, g)));
  const Vec root = hn::MulAdd(hn::Sqrt(second), set(f.root_correction), set(f.epsilon));
  return {hn::MulAdd(set(f.size), hn::Div(first, root), hn::Mul(old.weight, set(f.decay))), first, second};
}

HWY_INLINE Vec averaged(const AdamWFactors& f, Vec average, Vec weight) {
  return hn::MulAdd(set(f.average), hn::Sub(weight, average), average);
}

void adamw(const AdamWFactors& f, const AdamWSpan& s) {
  for_vectors(s.count, [&](auto part, std::size_t i) HWY_ATTR {
    const Element old{part.load(s.weights + i), part.load(s.first_moment + i), part.load(s.second_moment + i)};
    const Element element = updated(f, old, part.load(s.gradient + i));
    part.store(element.weight, s.weights + i);
    part.store(element.first, s.first_moment + i);
    part.store(element.second, s.second_moment + i);
    part.store(averaged(f, part.load(s.average + i), element.weight), s.average + i);
    if (s.working != nullptr) {
      part.store(element.weight, s.working + i);
    }
  });
}

void average(const AdamWFactors& f, const AdamWSpan& s) {
  for_vectors(s.count, [&](auto part, std::size_t i) HWY_ATTR {
    const Vec weight = part.load(s.weights + i);
    part.store(averaged(f, part.load(s.average + i), weight), s.average + i);
    if (s.working != nullptr) {
      part.store(weight, s.working + i);
    }
  });
}

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(adamw);
HWY_EXPORT(average);
} // namespace

void adamw_kernel(const AdamWFactors& factors, const AdamWSpan& span) { HWY_DYNAMIC_DISPATCH(adamw)(factors, span); }
void average_kernel(const AdamWFactors& factors, const AdamWSpan& span) { HWY_DYNAMIC_DISPATCH(average)(factors, span); }

} // namespace radforge
#endif
