#include "geglu_kernel.hpp"

// As for the random numbers (core/philox_kernels.cpp).
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/geglu_kernel.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include "nn/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

struct Normal {
  Vec distribution, density;
};

/// Of the standard normal distribution, by Abramowitz and Stegun 7.1.26 for the tail.
HWY_INLINE Normal normal_at(Vec x) {
  const Vec e = exp(hn::Mul(set(-0.5F), hn::Mul(x, x)));
  const Vec t = hn::Div(set(1.0F), hn::MulAdd(set(0.3275911F * 0.70710678F), hn::Abs(x), set(1.0F)));
  Vec p = set(1.061405429F);
  p = hn::MulAdd(p, t, set(-1.453152027F));
  p = hn::MulAdd(p, t, set(1.421413741F));
  p = hn::MulAdd(p, t, set(-0.284496736F));
  p = hn::MulAdd(p, t, set(0.254829592F));
  const Vec tail = hn::Mul(hn::Mul(hn::Mul(p, t), e), set(0.5F));
  return {hn::IfThenElse(hn::Lt(x, set(0)), tail, hn::Sub(set(1.0F), tail)), hn::Mul(e, set(0.398942280F))};
}

template <class T>
void forward(std::size_t count, const T* x, const T* bias, T* y) {
  for_vectors(count, [&](auto part, std::size_t i) HWY_ATTR {
    const auto at = [&](std::size_t j) HWY_ATTR { return hn::Add(part.load(x + j), part.load(bias + j)); };
    const Vec gate = at(count + i);
    part.store(hn::Mul(at(i), hn::Mul(gate, normal_at(gate).distribution)), y + i);
  });
}

template <class T>
void backward(std::size_t count, const T* x, const T* bias, const T* dy, T* dx, float* sum) {
  for_vectors(count, [&](auto part, std::size_t i) HWY_ATTR {
    const auto at = [&](std::size_t j) HWY_ATTR { return hn::Add(part.load(x + j), part.load(bias + j)); };
    const auto give = [&](Vec gradient, std::size_t j) HWY_ATTR {
      part.store(gradient, dx + j);
      part.store(hn::Add(part.load(sum + j), gradient), sum + j);
    };
    const Vec gate = at(count + i);
    const Vec gradient = part.load(dy + i);
    const Normal normal = normal_at(gate);
    const Vec slope = hn::MulAdd(gate, normal.density, normal.distribution);
    give(hn::Mul(hn::Mul(gradient, at(i)), slope), count + i);
    give(hn::Mul(gradient, hn::Mul(gate, normal.distribution)), i);
  });
}

void forward_fp32(std::size_t count, const float* x, const float* bias, float* y) { forward(count, x, bias, y); }
void forward_bf16(std::size_t count, const Bf16* x, const Bf16* bias, Bf16* y) { forward(count, x, bias, y); }
void backward_fp32(std::size_t count, const float* x, const float* bias, const float* dy, float* dx, float* sum) {
  backward(count, x, bias, dy, dx, sum);
}
void backward_bf16(std::size_t count, const Bf16* x, const Bf16* bias, const Bf16* dy, Bf16* dx, float* sum) {
  backward(count, x, bias, dy, dx, sum);
}

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(forward_fp32);
HWY_EXPORT(forward_bf16);
HWY_EXPORT(backward_fp32);
HWY_EXPORT(backward_bf16);
} // namespace

void geglu_forward(std::size_t count, const float* x, const float* bias, float* y) {
  HWY_DYNAMIC_DISPATCH(forward_fp32)(count, x, bias, y);
}
void geglu_forward(std::size_t count, const Bf16* x, const Bf16* bias, Bf16* y) {
  HWY_DYNAMIC_DISPATCH(forward_bf16)(count, x, bias, y);
}
void geglu_backward(std::size_t count, const float* x, const float* bias, const float* dy, float* dx, float* sum) {
  HWY_DYNAMIC_DISPATCH(backward_fp32)(count, x, bias, dy, dx, sum);
}
void geglu_backward(std::size_t count, const Bf16* x, const Bf16* bias, const Bf16* dy, Bf16* dx, float* sum) {
  HWY_DYNAMIC_DISPATCH(backward_bf16)(count, x, bias, dy, dx, sum);
}

} // namespace radforge
#endif
