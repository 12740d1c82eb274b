#include "radforge/nn/adamw.hpp"

#include "adamw_job.hpp"
#include "adamw_kernel.hpp"
#include "cuda_jobs.hpp"
#include "parallel_ranges.hpp"
#include "radforge/nn/device_copy.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/empty.h>
#include <c10/core/DeviceGuard.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace radforge {

namespace {

constexpr std::int64_t block = 1 << 14; // elements a thread takes at least

AdamWFactors factors_of(const AdamWStep& step) {
  const auto rounded = [](double value) { return static_cast<float>(value); };
  return {.gradient = rounded(step.gradient_factor),
          .decay = rounded(1 - step.learning_rate * step.weight_decay),
          .rest1 = rounded(1 - step.beta1),
          .beta2 = rounded(step.beta2),
          .rest2 = rounded(1 - step.beta2),
          .size = rounded(-step.learning_rate / (1 - std::pow(step.beta1, step.count))),
          .root_correction = rounded(1 / std::sqrt(1 - std::pow(step.beta2, step.count))),
          .epsilon = rounded(step.epsilon),
          .average = rounded(1 - step.average_decay),
          .skip = 0};
}

constexpr std::int64_t num_factors = sizeof(AdamWFactors) / sizeof(float);
static_assert(offsetof(AdamWFactors, gradient) == adamw_gradient_factor_at * sizeof(float));
static_assert(offsetof(AdamWFactors, skip) == adamw_skip_at * sizeof(float));

AdamWSpan span_of(const AdamWSlices& slices) {
  const std::int64_t count = slices.weights.numel();
  const at::Device device = slices.weights.device();
  const auto values = [&](const at::Tensor& slice) {
    require(slice.device() == device && slice.is_contiguous() && slice.scalar_type() == at::kFloat && slice.numel() == count,
            "slices of the flat buffers are fp32, contiguous, of one length and on one device");
    return slice.mutable_data_ptr<float>();
  };
  Bf16* working = nullptr;
  if (slices.working.defined()) {
    require(slices.working.device() == device && slices.working.scalar_type() == at::kBFloat16 &&
                slices.working.is_contiguous() && slices.working.numel() == count,
            "the copy of the weights is bf16, contiguous, as long as they are and beside them");
    working = static_cast<Bf16*>(slices.working.mutable_data_ptr());
  }
  return {values(slices.weights),         values(slices.gradient), values(slices.first_moment),
          values(slices.second_moment),   values(slices.average),  working,
          static_cast<std::size_t>(count)};
}

void run(AdamWUpdate update, const AdamWFactors& factors, const AdamWSpan& span) {
  if (factors.skip != 0) {
    return;
  }
  const auto count = static_cast<std::int64_t>(span.count);
  parallel_ranges((count + block - 1) / block, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * block;
    const AdamWSpan part =
        span.part(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(end * block, count) - first));
    update == AdamWUpdate::all ? adamw_kernel(factors, part) : average_kernel(factors, part);
  });
}

void run(AdamWUpdate update, const at::Tensor& factors, const AdamWSlices& slices) {
  require(factors.device() == slices.weights.device() && factors.is_contiguous() && factors.scalar_type() == at::kFloat &&
              factors.numel() == num_factors,
          "factors of AdamW are those of adamw_factors(), beside the slices");
  const auto* const numbers = static_cast<const AdamWFactors*>(factors.const_data_ptr());
  const AdamWSpan span = span_of(slices);
  if (factors.is_cpu()) {
    run(update, *numbers, span);
  } else if (span.count > 0) {
    const c10::DeviceGuard guard(factors.device());
    run_on_cuda(AdamWJob{update, numbers, span});
  }
}

void run(AdamWUpdate update, const AdamWStep& step, const AdamWSlices& slices) {
  if (slices.weights.is_cpu()) {
    run(update, factors_of(step), span_of(slices));
  } else {
    run(update, adamw_factors(step, slices.weights.device()), slices);
  }
}

} // namespace

at::Tensor adamw_factors(const AdamWStep& step, at::Device device) {
  const AdamWFactors factors = factors_of(step);
  at::Tensor numbers = at::empty({num_factors}, at::kFloat);
  std::memcpy(numbers.mutable_data_ptr(), &factors, sizeof(factors));
  return copied_to(numbers, device);
}

void adamw_step(const AdamWStep& step, const AdamWSlices& slices) { run(AdamWUpdate::all, step, slices); }

void average_step(const AdamWStep& step, const AdamWSlices& slices) { run(AdamWUpdate::average, step, slices); }

void adamw_step(const at::Tensor& factors, const AdamWSlices& slices) { run(AdamWUpdate::all, factors, slices); }

void average_step(const at::Tensor& factors, const AdamWSlices& slices) { run(AdamWUpdate::average, factors, slices); }

} // namespace radforge
