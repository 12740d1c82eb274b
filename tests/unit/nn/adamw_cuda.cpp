#include "../../../src/nn/adamw.cuh"

#include "radforge/nn/adamw.hpp"

#include "gpu.hpp"
#include "on_host.hpp"
#include "random_tensor.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>

#include <limits>
#include <vector>

using namespace radforge;

namespace {

constexpr AdamWStep example{.learning_rate = 0.01,
                            .beta1 = 0.9,
                            .beta2 = 0.98,
                            .weight_decay = 0.05,
                            .epsilon = 1e-8,
                            .gradient_factor = 0.37,
                            .average_decay = 0.75,
                            .count = 3};

/// Weights, gradient, two moments, average and the copy, with numbers among them at which arithmetic may differ.
std::vector<at::Tensor> random_buffers(std::int64_t count) {
  std::vector<at::Tensor> all;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    all.push_back(random_tensor(id, {count}));
  }
  all[3] = all[3].square();
  all.push_back(all[0].to(at::kBFloat16));
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float special[] = {0.0F, -0.0F, 1e-40F, 3e38F, infinity, -infinity, std::numeric_limits<float>::quiet_NaN()};
  for (std::int64_t i = 0; i < std::min<std::int64_t>(count / 16, std::size(special)); ++i) {
    all[1][16 * i] = special[i];
    all[0][16 * i + 1] = special[i];
    all[3][16 * i + 2] = special[i];
  }
  return all;
}

AdamWSlices slices_of(const std::vector<at::Tensor>& all, std::int64_t first, std::int64_t count) {
  const auto part = [&](const at::Tensor& x) { return x.narrow(0, first, count); };
  return {part(all[0]), part(all[1]), part(all[2]), part(all[3]), part(all[4]), part(all[5])};
}

std::vector<at::Tensor> copy_of(const std::vector<at::Tensor>& all, at::Device device = at::kCPU) {
  std::vector<at::Tensor> copy;
  for (const at::Tensor& x : all) {
    copy.push_back(x.to(device, x.scalar_type(), false, true));
  }
  return copy;
}

/// Equal bits; any NaN is as good as another.
bool same(const std::vector<at::Tensor>& ours, const std::vector<at::Tensor>& theirs) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const at::Tensor a = ours[i].cpu();
    const at::Tensor& b = theirs[i];
    const at::ScalarType bits = a.scalar_type() == at::kFloat ? at::kInt : at::kShort;
    if (!a.view(bits).eq(b.view(bits)).logical_or(a.isnan().logical_and(b.isnan())).all().item<bool>()) {
      return false;
    }
  }
  return true;
}

void run_kernel(AdamWUpdate update, const at::Tensor& factors, const AdamWSlices& s, TurnOrder order = TurnOrder::forward) {
  const auto data = [](const at::Tensor& x) { return x.mutable_data_ptr<float>(); };
  Bf16* const working = s.working.defined() ? static_cast<Bf16*>(s.working.mutable_data_ptr()) : nullptr;
  const AdamWSpan span{data(s.weights),
                       data(s.gradient),
                       data(s.first_moment),
                       data(s.second_moment),
                       data(s.average),
                       working,
                       static_cast<std::size_t>(s.weights.numel())};
  const OnHost run(order);
  run(AdamWJob{update, static_cast<const AdamWFactors*>(factors.const_data_ptr()), span});
}

} // namespace

TEST_CASE("the CUDA kernel of AdamW gives the bits of the CPU and leaves what lies beside its slices") {
  // Aligned or not, with a rest behind the last pack or not.
  const std::int64_t first = GENERATE(0, 4, 16, 1, 7);
  const std::int64_t count = GENERATE(1, 3, 4, 1000, 1025, 20003);
  const auto order = GENERATE(TurnOrder::forward, TurnOrder::backward);
  const std::vector<at::Tensor> expected = random_buffers(first + count + 9);
  const std::vector<at::Tensor> ours = copy_of(expected);
  adamw_step(example, slices_of(expected, first, count));
  run_kernel(AdamWUpdate::all, adamw_factors(example), slices_of(ours, first, count), order);
  CHECK(same(ours, expected));
  average_step(example, slices_of(expected, first, count));
  run_kernel(AdamWUpdate::average, adamw_factors(example), slices_of(ours, first, count), order);
  CHECK(same(ours, expected));
}

TEST_CASE("the CUDA kernel of AdamW does without a copy in bf16") {
  const std::vector<at::Tensor> expected = random_buffers(100);
  const std::vector<at::Tensor> ours = copy_of(expected);
  AdamWSlices theirs = slices_of(expected, 0, 100);
  AdamWSlices own = slices_of(ours, 0, 100);
  theirs.working = own.working = at::Tensor();
  adamw_step(example, theirs);
  run_kernel(AdamWUpdate::all, adamw_factors(example), own);
  CHECK(same(ours, expected));
}

TEST_CASE("a step of AdamW by factors in memory is the step, and changes nothing when it is to be skipped") {
  const std::vector<at::Tensor> expected = random_buffers(1003);
  const std::vector<at::Tensor> ours = copy_of(expected);
  const at::Tensor factors = adamw_factors(example);
  CHECK(factors[adamw_gradient_factor_at].item<float>() == 0.37F);
  factors[adamw_skip_at] = GENERATE(1.0F, std::numeric_limits<float>::quiet_NaN());
  adamw_step(factors, slices_of(ours, 0, 1003));
  average_step(factors, slices_of(ours, 0, 1003));
  run_kernel(AdamWUpdate::all, factors, slices_of(ours, 0, 1003));
  run_kernel(AdamWUpdate::average, factors, slices_of(ours, 0, 1003));
  CHECK(same(ours, expected));
  factors[adamw_skip_at] = 0;
  adamw_step(factors, slices_of(ours, 0, 1003));
  adamw_step(example, slices_of(expected, 0, 1003));
  CHECK(same(ours, expected));
}

TEST_CASE("factors of AdamW are those of adamw_factors") {
  const std::vector<at::Tensor> all = random_buffers(10);
  CHECK_THROWS_WITH(adamw_step(at::empty({3}, at::kFloat), slices_of(all, 0, 10)), Catch::Contains("adamw_factors"));
}

TEST_CASE("AdamW on a GPU gives the bits of the CPU", "[gpu]") {
  if (has_gpu()) {
    const std::int64_t first = GENERATE(0, 1);
    constexpr std::int64_t count = 1000003;
    const std::vector<at::Tensor> expected = random_buffers(first + count);
    const std::vector<at::Tensor> ours = copy_of(expected, at::kCUDA);
    adamw_step(example, slices_of(expected, first, count));
    average_step(example, slices_of(expected, first, count));
    adamw_step(example, slices_of(ours, first, count));
    const at::Tensor factors = adamw_factors(example, at::kCUDA);
    average_step(factors, slices_of(ours, first, count));
    factors[adamw_skip_at] = 1;
    adamw_step(factors, slices_of(ours, first, count));
    CHECK(same(ours, expected));
  }
}
