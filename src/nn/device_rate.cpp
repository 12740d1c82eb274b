#include "radforge/nn/device_rate.hpp"

#include "radforge/core/clock.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/cpu/Utils.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace radforge {

bool has_native_bf16() {
  const auto capabilities = at::cpu::get_cpu_capabilities();
  constexpr std::array names{"avx512_bf16", "amx_bf16"};
  return std::ranges::any_of(names, [&](const char* name) {
    const auto found = capabilities.find(name);
    return found != capabilities.end() && found->second.isBool() && found->second.toBool();
  });
}

double measure_matmul_rate(at::ScalarType type) {
  constexpr std::int64_t side = 1024;
  constexpr double flop = 2.0 * side * side * side;
  constexpr double long_enough = 0.2; // seconds
  constexpr int fewest = 3;           // the first one makes buffers and wakes threads

  const c10::InferenceMode inference;
  const at::Tensor left = at::full({side, side}, 0.5, type);
  const at::Tensor right = at::full({side, side}, 0.25, type);
  at::Tensor product = at::empty({side, side}, type);
  const Stopwatch all;
  double rate = 0;
  for (int count = 0; count < fewest || all.seconds() < long_enough; ++count) {
    const Stopwatch one;
    at::mm_out(product, left, right);
    rate = std::max(rate, flop / one.seconds());
  }
  return rate;
}

} // namespace radforge
