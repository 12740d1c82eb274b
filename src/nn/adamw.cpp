#include "radforge/nn/adamw.hpp"

#include "adamw_kernel.hpp"
#include "parallel_ranges.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>

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
          .average = rounded(1 - step.average_decay)};
}

template <class Kernel>
void run(Kernel kernel, const AdamWStep& step, const AdamWSlices& slices) {
  const std::int64_t count = slices.weights.numel();
  const auto values = [&](const at::Tensor& slice) {
    require(slice.is_cpu() && slice.is_contiguous() && slice.scalar_type() == at::kFloat && slice.numel() == count,
            "slices of the flat buffers are fp32, contiguous and of one length");
    return slice.mutable_data_ptr<float>();
  };
  Bf16* working = nullptr;
  if (slices.working.defined()) {
    require(slices.working.scalar_type() == at::kBFloat16 && slices.working.is_contiguous() && slices.working.numel() == count,
            "the copy of the weights is bf16, contiguous and as long as they are");
    working = static_cast<Bf16*>(slices.working.mutable_data_ptr());
  }
  const AdamWSpan all{values(slices.weights),         values(slices.gradient), values(slices.first_moment),
                      values(slices.second_moment),   values(slices.average),  working,
                      static_cast<std::size_t>(count)};
  const AdamWFactors factors = factors_of(step);
  parallel_ranges((count + block - 1) / block, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * block;
    kernel(factors, all.part(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(end * block, count) - first)));
  });
}

} // namespace

void adamw_step(const AdamWStep& step, const AdamWSlices& slices) { run(adamw_kernel, step, slices); }

void average_step(const AdamWStep& step, const AdamWSlices& slices) { run(average_kernel, step, slices); }

} // namespace radforge
