#include "group_norm_kernel.hpp"

// As for the random numbers (core/philox_kernels.cpp).
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/group_norm_kernel.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include "nn/vector_math.hpp"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

// Rows are added up in blocks, and the blocks then: a thousand values one after the other would lose some digits more.
constexpr std::size_t rows_in_block = 32;

template <class T>
void moments(const NormRows& rows, const T* x, const float* pivot, float* sums, float* squares) {
  for_vectors(rows.channels, [&](auto part, std::size_t c) HWY_ATTR {
    const Vec shift = part.load(pivot + c);
    Vec sum = set(0);
    Vec square = set(0);
    for (std::size_t first = 0; first < rows.count; first += rows_in_block) {
      Vec block_sum = set(0);
      Vec block_square = set(0);
      for (std::size_t row = first; row < std::min(first + rows_in_block, rows.count); ++row) {
        const Vec value = hn::Sub(part.load(x + row * rows.channels + c), shift);
        block_sum = hn::Add(block_sum, value);
        block_square = hn::MulAdd(value, value, block_square);
      }
      sum = hn::Add(sum, block_sum);
      square = hn::Add(square, block_square);
    }
    part.store(sum, sums + c);
    part.store(square, squares + c);
  });
}

template <NormActivation activation, class T>
void forward(const NormRows& rows, const NormChannels& channels, const T* x, T* y) {
  for_vectors(rows.channels, [&](auto part, std::size_t c) HWY_ATTR {
    const Vec weight = part.load(channels.weight + c);
    const Vec scale = hn::Mul(weight, part.load(channels.scale + c));
    const Vec offset = hn::MulAdd(weight, part.load(channels.offset + c), part.load(channels.bias + c));
    for (std::size_t row = 0; row < rows.count; ++row) {
      const std::size_t i = row * rows.channels + c;
      const Vec z = hn::MulAdd(scale, part.load(x + i), offset);
      part.store(activation == NormActivation::silu ? hn::Mul(z, sigmoid(z)) : z, y + i);
    }
  });
}

template <NormActivation activation, class T>
void backward_sums(const NormRows& rows, const NormChannels& channels, const T* x, const T* dy, T* dx, const NormSums& sums) {
  for_vectors(rows.channels, [&](auto part, std::size_t c) HWY_ATTR {
    const Vec scale = part.load(channels.scale + c);
    const Vec offset = part.load(channels.offset + c);
    const Vec weight = part.load(channels.weight + c);
    const Vec bias = part.load(channels.bias + c);
    Vec gradient = set(0);
    Vec product = set(0);
    Vec total = set(0);
    for (std::size_t first = 0; first < rows.count; first += rows_in_block) {
      Vec block_gradient = set(0);
      Vec block_product = set(0);
      Vec block_total = set(0);
      for (std::size_t row = first; row < std::min(first + rows_in_block, rows.count); ++row) {
        const std::size_t i = row * rows.channels + c;
        const Vec normalised = hn::MulAdd(scale, part.load(x + i), offset);
        Vec dz = part.load(dy + i);
        if constexpr (activation == NormActivation::silu) {
          const Vec z = hn::MulAdd(weight, normalised, bias);
          const Vec s = sigmoid(z);
          dz = hn::Mul(dz, hn::MulAdd(hn::NegMulAdd(z, s, z), s, s)); // s + z s (1 - s)
        }
        part.store(dz, dx + i);
        block_gradient = hn::Add(block_gradient, dz);
        block_product = hn::MulAdd(dz, normalised, block_product);
        block_total = hn::Add(block_total, normalised);
      }
      gradient = hn::Add(gradient, block_gradient);
      product = hn::Add(product, block_product);
      total = hn::Add(total, block_total);
    }
    part.store(gradient, sums.gradient + c);
    part.store(product, sums.product + c);
    part.store(total, sums.normalised + c);
  });
}

template <class T>
void backward(const NormRows& rows, const NormGradient& gradient, const T* x, T* dx) {
  for_vectors(rows.channels, [&](auto part, std::size_t c) HWY_ATTR {
    const Vec from_dz = part.load(gradient.from_dz + c);
    const Vec from_x = part.load(gradient.from_x + c);
    const Vec constant = part.load(gradient.constant + c);
    for (std::size_t row = 0; row < rows.count; ++row) {
      const std::size_t i = row * rows.channels + c;
      part.store(hn::MulAdd(from_dz, part.load(dx + i), hn::MulAdd(from_x, part.load(x + i), constant)), dx + i);
    }
  });
}

// One plain function each, which Highway can list.
void moments_fp32(const NormRows& r, const float* x, const float* pivot, float* sums, float* squares) {
  moments(r, x, pivot, sums, squares);
}
void moments_bf16(const NormRows& r, const Bf16* x, const float* pivot, float* sums, float* squares) {
  moments(r, x, pivot, sums, squares);
}
void forward_fp32(const NormRows& r, const NormChannels& c, const float* x, float* y) {
  forward<NormActivation::none>(r, c, x, y);
}
void forward_bf16(const NormRows& r, const NormChannels& c, const Bf16* x, Bf16* y) { forward<NormActivation::none>(r, c, x, y); }
void silu_forward_fp32(const NormRows& r, const NormChannels& c, const float* x, float* y) {
  forward<NormActivation::silu>(r, c, x, y);
}
void silu_forward_bf16(const NormRows& r, const NormChannels& c, const Bf16* x, Bf16* y) {
  forward<NormActivation::silu>(r, c, x, y);
}
void sums_fp32(const NormRows& r, const NormChannels& c, const float* x, const float* dy, float* dx, const NormSums& s) {
  backward_sums<NormActivation::none>(r, c, x, dy, dx, s);
}
void sums_bf16(const NormRows& r, const NormChannels& c, const Bf16* x, const Bf16* dy, Bf16* dx, const NormSums& s) {
  backward_sums<NormActivation::none>(r, c, x, dy, dx, s);
}
void silu_sums_fp32(const NormRows& r, const NormChannels& c, const float* x, const float* dy, float* dx, const NormSums& s) {
  backward_sums<NormActivation::silu>(r, c, x, dy, dx, s);
}
void silu_sums_bf16(const NormRows& r, const NormChannels& c, const Bf16* x, const Bf16* dy, Bf16* dx, const NormSums& s) {
  backward_sums<NormActivation::silu>(r, c, x, dy, dx, s);
}
void backward_fp32(const NormRows& r, const NormGradient& g, const float* x, float* dx) { backward(r, g, x, dx); }
void backward_bf16(const NormRows& r, const NormGradient& g, const Bf16* x, Bf16* dx) { backward(r, g, x, dx); }

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(moments_fp32);
HWY_EXPORT(moments_bf16);
HWY_EXPORT(forward_fp32);
HWY_EXPORT(forward_bf16);
HWY_EXPORT(silu_forward_fp32);
HWY_EXPORT(silu_forward_bf16);
HWY_EXPORT(sums_fp32);
HWY_EXPORT(sums_bf16);
HWY_EXPORT(silu_sums_fp32);
HWY_EXPORT(silu_sums_bf16);
HWY_EXPORT(backward_fp32);
HWY_EXPORT(backward_bf16);
} // namespace

void norm_moments(const NormRows& r, const float* x, const float* pivot, float* sums, float* squares) {
  HWY_DYNAMIC_DISPATCH(moments_fp32)(r, x, pivot, sums, squares);
}
void norm_moments(const NormRows& r, const Bf16* x, const float* pivot, float* sums, float* squares) {
  HWY_DYNAMIC_DISPATCH(moments_bf16)(r, x, pivot, sums, squares);
}

void norm_forward(const NormRows& r, NormActivation activation, const NormChannels& c, const float* x, float* y) {
  if (activation == NormActivation::silu) {
    HWY_DYNAMIC_DISPATCH(silu_forward_fp32)(r, c, x, y);
  } else {
    HWY_DYNAMIC_DISPATCH(forward_fp32)(r, c, x, y);
  }
}
void norm_forward(const NormRows& r, NormActivation activation, const NormChannels& c, const Bf16* x, Bf16* y) {
  if (activation == NormActivation::silu) {
    HWY_DYNAMIC_DISPATCH(silu_forward_bf16)(r, c, x, y);
  } else {
    HWY_DYNAMIC_DISPATCH(forward_bf16)(r, c, x, y);
  }
}

void norm_backward_sums(const NormRows& r, NormActivation activation, const NormChannels& c, const float* x, const float* dy,
                        float* dx, const NormSums& sums) {
  if (activation == NormActivation::silu) {
    HWY_DYNAMIC_DISPATCH(silu_sums_fp32)(r, c, x, dy, dx, sums);
  } else {
    HWY_DYNAMIC_DISPATCH(sums_fp32)(r, c, x, dy, dx, sums);
  }
}
void norm_backward_sums(const NormRows& r, NormActivation activation, const NormChannels& c, const Bf16* x, const Bf16* dy,
                        Bf16* dx, const NormSums& sums) {
  if (activation == NormActivation::silu) {
    HWY_DYNAMIC_DISPATCH(silu_sums_bf16)(r, c, x, dy, dx, sums);
  } else {
    HWY_DYNAMIC_DISPATCH(sums_bf16)(r, c, x, dy, dx, sums);
  }
}

void norm_backward(const NormRows& r, const NormGradient& g, const float* x, float* dx) {
  HWY_DYNAMIC_DISPATCH(backward_fp32)(r, g, x, dx);
}
void norm_backward(const NormRows& r, const NormGradient& g, const Bf16* x, Bf16* dx) {
  HWY_DYNAMIC_DISPATCH(backward_bf16)(r, g, x, dx);
}

} // namespace radforge
#endif
