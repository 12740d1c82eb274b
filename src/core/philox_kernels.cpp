#include "philox_kernels.hpp"

#include "radforge/core/normal.hpp"

#include <algorithm>
#include <cstddef>

// What is left: AVX2, AVX-512 and the portable baseline on x86, NEON on Arm (SVE vectors cannot be members of a struct).
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/philox_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

#if HWY_NATIVE_FMA
namespace hn = hwy::HWY_NAMESPACE;
using Wide = hn::ScalableTag<std::uint64_t>;
using Words = hn::Repartition<std::uint32_t, Wide>;
using WideVec = hn::Vec<Wide>;
using WordVec = hn::Vec<Words>;

constexpr std::size_t num_rounds = 10;

/// In 64 bits, so that a vector of them is one broadcast from memory.
struct RoundKey {
  std::uint64_t first, second;
};

HWY_INLINE std::array<RoundKey, num_rounds> round_keys(std::array<std::uint32_t, 2> key) {
  std::array<RoundKey, num_rounds> keys{};
  for (RoundKey& round_key : keys) {
    round_key = {key[0], key[1]};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return keys;
}

/// Philox4x32-10 (Salmon et al., SC'11) of one block a 64-bit lane. Only the lower half of a lane counts: MulEven ignores the
/// upper one, so that neither masks nor shuffles are needed between the rounds.
struct Lanes {
  WideVec c0, c1, c2, c3;
};

HWY_INLINE Lanes next_round(const Lanes& lanes, WideVec key_0, WideVec key_1) {
  const Words words;
  const WideVec product_0 = hn::MulEven(hn::BitCast(words, lanes.c0), hn::Set(words, 0xD2511F53U));
  const WideVec product_1 = hn::MulEven(hn::BitCast(words, lanes.c2), hn::Set(words, 0xCD9E8D57U));
  return {hn::Xor(hn::Xor(hn::ShiftRight<32>(product_1), lanes.c1), key_0), product_1,
          hn::Xor(hn::Xor(hn::ShiftRight<32>(product_0), lanes.c3), key_1), product_0};
}

/// The words of the blocks in their order: {c0, c1, c2, c3} of a block beside each other.
struct Ordered {
  WordVec lower, upper;
};

HWY_INLINE Ordered in_order(const Lanes& lanes) {
  const Wide wide;
  const Words words;
  const WideVec first =
      hn::BitCast(wide, hn::OddEven(hn::BitCast(words, hn::ShiftLeft<32>(lanes.c1)), hn::BitCast(words, lanes.c0)));
  const WideVec second =
      hn::BitCast(wide, hn::OddEven(hn::BitCast(words, hn::ShiftLeft<32>(lanes.c3)), hn::BitCast(words, lanes.c2)));
  return {hn::BitCast(words, hn::InterleaveLower(wide, first, second)),
          hn::BitCast(words, hn::InterleaveUpper(wide, first, second))};
}

/// The block of each lane, so that in_order() needs no shuffle across 128-bit parts: even lanes hold the first half of the
/// blocks.
HWY_INLINE WideVec block_numbers(std::uint32_t first_block) {
  const Wide wide;
  const WideVec lane = hn::Iota(wide, 0);
  const WideVec half = hn::Set(wide, hn::Lanes(wide) / 2);
  const WideVec is_odd = hn::And(lane, hn::Set(wide, 1));
  const WideVec offset = hn::And(hn::Sub(hn::Zero(wide), is_odd), half);
  return hn::Add(hn::Add(hn::ShiftRight<1>(lane), offset), hn::Set(wide, first_block));
}

struct SameBits {
  HWY_INLINE WordVec operator()(WordVec words) const { return words; }
};

using Floats = hn::Repartition<float, Wide>;
using Ints = hn::Repartition<std::int32_t, Wide>;
using FloatVec = hn::Vec<Floats>;

template <std::size_t size>
HWY_INLINE FloatVec polynomial(const std::array<float, size>& coefficients, FloatVec x) {
  const Floats floats;
  FloatVec sum = hn::Set(floats, coefficients[size - 1]);
  for (std::size_t i = size - 1; i-- > 0;) {
    sum = hn::MulAdd(sum, x, hn::Set(floats, coefficients[i]));
  }
  return sum;
}

HWY_INLINE FloatVec natural_log(FloatVec a) {
  const Floats floats;
  const Ints ints;
  const auto bits = hn::BitCast(ints, a);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(ints, normal::sqrt_half_bits)));
  const FloatVec y = hn::Sub(hn::BitCast(floats, hn::Sub(bits, hn::ShiftLeft<23>(exponent))), hn::Set(floats, 1.0F));
  const FloatVec log1p = hn::MulAdd(hn::Mul(y, y), polynomial(normal::log_coefficients, y), y);
  return hn::MulAdd(hn::ConvertTo(floats, exponent), hn::Set(floats, normal::ln2), log1p);
}

/// normal_of_word() on a vector, operation by operation.
struct ToNormal {
  HWY_INLINE WordVec operator()(WordVec word) const {
    const Words words;
    const Floats floats;
    const Ints ints;
    const auto sign = hn::BroadcastSignBit(hn::BitCast(ints, word));
    const auto magnitude = hn::Xor(hn::BitCast(ints, word), sign);
    const auto complement = hn::Xor(magnitude, hn::Set(ints, 0x7fffffff));
    const FloatVec scale = hn::Set(floats, 0x1p-32F);
    const FloatVec half_step = hn::Set(floats, 0x1p-33F);
    const FloatVec p = hn::MulAdd(hn::ConvertTo(floats, magnitude), scale, half_step);
    const FloatVec q = hn::MulAdd(hn::ConvertTo(floats, complement), scale, half_step);
    const FloatVec p4 = hn::Mul(hn::Set(floats, 4.0F), p);
    const FloatVec w = hn::Neg(natural_log(hn::NegMulAdd(p4, p, p4)));
    FloatVec x = hn::Mul(q, polynomial(normal::central_coefficients, hn::Sub(w, hn::Set(floats, normal::central_shift))));
    const auto in_tail = hn::Gt(w, hn::Set(floats, normal::split));
    // One word in 290 lies in the tails.
    if (!hn::AllFalse(floats, in_tail)) {
      const FloatVec root = hn::Sqrt(hn::IfThenElse(in_tail, w, hn::Set(floats, 1.0F)));
      const FloatVec tail = polynomial(normal::tail_coefficients, hn::Sub(root, hn::Set(floats, normal::tail_shift)));
      x = hn::IfThenElse(in_tail, tail, x);
    }
    return hn::Or(hn::BitCast(words, x), hn::AndNot(word, hn::Set(words, 0x80000000U)));
  }
};
HWY_INLINE void store(WordVec vector, std::uint32_t* out) { hn::StoreU(vector, Words(), out); }
HWY_INLINE void store(WordVec vector, float* out) { hn::StoreU(hn::BitCast(Floats(), vector), Floats(), out); }

template <class Transform, class T>
HWY_INLINE void fill(const PhiloxSequence& sequence, Transform transform, std::span<T> out) {
  const Wide wide;
  const Words words;
  const std::size_t lanes = hn::Lanes(words);
  const std::size_t step = 4 * lanes; // two vectors of blocks at a time hide the latency of the multiplications
  const WideVec c1 = hn::Set(wide, sequence.counter[0]);
  const WideVec c2 = hn::Set(wide, sequence.counter[1]);
  const WideVec c3 = hn::Set(wide, sequence.counter[2]);
  const WideVec blocks_in_vector = hn::Set(wide, hn::Lanes(wide));
  const std::array<RoundKey, num_rounds> keys = round_keys(sequence.key);
  WideVec block = block_numbers(sequence.first_block);
  HWY_ALIGN T rest[4 * hn::MaxLanes(words)];

  for (std::size_t begin = 0; begin < out.size(); begin += step) {
    Lanes a{block, c1, c2, c3};
    block = hn::Add(block, blocks_in_vector);
    Lanes b{block, c1, c2, c3};
    block = hn::Add(block, blocks_in_vector);
    for (const RoundKey& key : keys) {
      const WideVec key_0 = hn::Set(wide, key.first);
      const WideVec key_1 = hn::Set(wide, key.second);
      a = next_round(a, key_0, key_1);
      b = next_round(b, key_0, key_1);
    }
    const Ordered first = in_order(a);
    const Ordered second = in_order(b);
    const std::size_t count = std::min(step, out.size() - begin);
    T* const to = count == step ? out.data() + begin : rest;
    store(transform(first.lower), to);
    store(transform(first.upper), to + lanes);
    store(transform(second.lower), to + 2 * lanes);
    store(transform(second.upper), to + 3 * lanes);
    if (count < step) {
      std::copy_n(rest, count, out.data() + begin);
    }
  }
}

#else

struct SameBits {
  std::uint32_t operator()(std::uint32_t word) const { return word; }
};

struct ToNormal {
  float operator()(std::uint32_t word) const { return normal_of_word(word); }
};

template <class Transform, class T>
void fill(const PhiloxSequence& sequence, Transform transform, std::span<T> out) {
  for (std::uint32_t block = sequence.first_block; !out.empty(); ++block) {
    const std::array<std::uint32_t, 4> words = block_of(sequence, block);
    const std::size_t count = std::min(words.size(), out.size());
    std::transform(words.begin(), words.begin() + count, out.begin(), transform);
    out = out.subspan(count);
  }
}

#endif

void fill_bits(const PhiloxSequence& sequence, std::span<std::uint32_t> out) { fill(sequence, SameBits(), out); }
void fill_normal(const PhiloxSequence& sequence, std::span<float> out) { fill(sequence, ToNormal(), out); }

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(fill_bits);
HWY_EXPORT(fill_normal);
} // namespace

void fill_bits_vectorized(const PhiloxSequence& sequence, std::span<std::uint32_t> out) {
  HWY_DYNAMIC_DISPATCH(fill_bits)(sequence, out);
}

void fill_normal_vectorized(const PhiloxSequence& sequence, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(fill_normal)(sequence, out);
}

std::int64_t compiled_instruction_sets() { return HWY_TARGETS; }

} // namespace radforge
#endif
