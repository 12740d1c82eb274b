#include "radforge/nn/device_rate.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/keyed_random.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace radforge {

namespace {

// Of random numbers: a card's clock is higher where the bits of its operands stay the same.
at::Tensor random_matrix(std::uint64_t id, std::int64_t side, at::ScalarType type, at::Device device) {
  std::vector<RandomKey> keys;
  for (std::int64_t row = 0; row < side; ++row) {
    keys.push_back({.seed = 1, .stream = Stream::measure, .id = id, .draw = static_cast<std::uint32_t>(row)});
  }
  return keyed_normals(keys, {side}, device).to(type);
}

} // namespace

bool has_native_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0; // processors with AMX have it too
#else
  return false;
#endif
}

double measure_matmul_rate(at::ScalarType type, at::Device device) {
  const std::int64_t side = device.is_cuda() ? 8192 : 1024;
  const double flop = 2 * std::pow(static_cast<double>(side), 3);
  constexpr double long_enough = 0.2; // seconds
  constexpr int fewest = 3;           // the first one makes buffers and wakes threads

  const c10::InferenceMode inference;
  const at::Tensor left = random_matrix(1, side, type, device);
  const at::Tensor right = random_matrix(2, side, type, device);
  at::Tensor product = at::empty({side, side}, left.options());
  const Stopwatch all;
  double rate = 0;
  for (int count = 0; count < fewest || all.seconds() < long_enough; ++count) {
    const Stopwatch one;
    at::mm_out(product, left, right);
    synchronize(device);
    rate = std::max(rate, flop / one.seconds());
  }
  return rate;
}

} // namespace radforge
