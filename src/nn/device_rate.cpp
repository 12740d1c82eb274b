#include "radforge/nn/device_rate.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/nn/device.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/cpu/Utils.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <cmath>
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

double measure_matmul_rate(at::ScalarType type, at::Device device) {
  const std::int64_t side = device.is_cuda() ? 8192 : 1024;
  const double flop = 2 * std::pow(static_cast<double>(side), 3);
  constexpr double long_enough = 0.2; // seconds
  constexpr int fewest = 3;           // the first one makes buffers and wakes threads

  const c10::InferenceMode inference;
  const at::TensorOptions options = at::TensorOptions(type).device(device);
  const at::Tensor left = at::full({side, side}, 0.5, options);
  const at::Tensor right = at::full({side, side}, 0.25, options);
  at::Tensor product = at::empty({side, side}, options);
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
