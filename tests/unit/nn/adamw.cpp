#include "radforge/nn/adamw.hpp"

#include "random_tensor.hpp"
#include "thread_count.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

using namespace radforge;

namespace {

constexpr AdamWStep example{.learning_rate = 0.01,
                            .beta1 = 0.9,
                            .beta2 = 0.98,
                            .weight_decay = 0.05,
                            .epsilon = 1e-8,
                            .gradient_factor = 0.5,
                            .average_decay = 0.75,
                            .count = 3};

AdamWSlices random_slices(std::int64_t count) {
  return {random_tensor(1, {count}),          random_tensor(2, {count}), random_tensor(3, {count}),
          random_tensor(4, {count}).square(), random_tensor(5, {count}), at::zeros({count}, at::kBFloat16)};
}

AdamWSlices part_of(const AdamWSlices& all, std::int64_t first, std::int64_t count) {
  const auto part = [&](const at::Tensor& x) { return x.narrow(0, first, count); };
  return {part(all.weights),       part(all.gradient), part(all.first_moment),
          part(all.second_moment), part(all.average),  part(all.working)};
}

/// The formulas as the paper has them, in double precision.
AdamWSlices expected(const AdamWStep& step, const AdamWSlices& start) {
  const auto wide = [](const at::Tensor& x) { return x.to(at::kDouble); };
  const at::Tensor g = wide(start.gradient).mul(step.gradient_factor);
  const at::Tensor first = wide(start.first_moment).mul(step.beta1).add(g, 1 - step.beta1);
  const at::Tensor second = wide(start.second_moment).mul(step.beta2).add(g.square(), 1 - step.beta2);
  const at::Tensor root = second.div(1 - std::pow(step.beta2, step.count)).sqrt().add(step.epsilon);
  const at::Tensor weights = wide(start.weights)
                                 .mul(1 - step.learning_rate * step.weight_decay)
                                 .sub(first.div(1 - std::pow(step.beta1, step.count)).div(root), step.learning_rate);
  return {weights, g, first, second, wide(start.average).mul(step.average_decay).add(weights, 1 - step.average_decay), {}};
}

bool close(const at::Tensor& ours, const at::Tensor& theirs) {
  return ours.to(at::kDouble).sub(theirs).abs().max().item<double>() <= 1e-6 * theirs.abs().max().item<double>();
}

} // namespace

TEST_CASE("a step of AdamW and the average are those of the formulas for odd lengths too") {
  const std::int64_t count = GENERATE(1, 7, 16, 77, 50003);
  const AdamWSlices slices = random_slices(count);
  const AdamWSlices formulas = expected(example, slices);
  adamw_step(example, slices);
  CHECK(close(slices.weights, formulas.weights));
  CHECK(close(slices.first_moment, formulas.first_moment));
  CHECK(close(slices.second_moment, formulas.second_moment));
  CHECK(close(slices.average, formulas.average));
  CHECK(at::equal(slices.working, slices.weights.to(at::kBFloat16)));
}

TEST_CASE("neither slices nor threads change the bits of a step of AdamW") {
  const ThreadCount restored;
  constexpr std::int64_t count = 40001;
  restored.set(1);
  const AdamWSlices whole = random_slices(count);
  adamw_step(example, whole);
  restored.set(2);
  const AdamWSlices cut = random_slices(count);
  adamw_step(example, part_of(cut, 0, 13));
  adamw_step(example, part_of(cut, 13, 20000));
  adamw_step(example, part_of(cut, 20013, count - 20013));
  CHECK(at::equal(whole.weights, cut.weights));
  CHECK(at::equal(whole.first_moment, cut.first_moment));
  CHECK(at::equal(whole.second_moment, cut.second_moment));
  CHECK(at::equal(whole.average, cut.average));
  CHECK(at::equal(whole.working, cut.working));
}

TEST_CASE("the copy in bf16 rounds as ATen does and keeps what is not finite") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  AdamWSlices slices = random_slices(37);
  slices.weights[0] = infinity;
  slices.weights[1] = -infinity;
  slices.weights[2] = std::numeric_limits<float>::max(); // rounds to infinity
  slices.weights[3] = 1 + 0x1p-8F;                       // ties go to even
  slices.weights[4] = 1 + 3 * 0x1p-8F;
  slices.weights[36] = std::numeric_limits<float>::quiet_NaN();
  average_step(example, slices);
  CHECK(at::equal(slices.working.narrow(0, 0, 36), slices.weights.narrow(0, 0, 36).to(at::kBFloat16)));
  CHECK(slices.working[36].isnan().item<bool>());
}

TEST_CASE("weights that do not learn are averaged and copied alone") {
  const AdamWSlices slices = random_slices(100);
  const at::Tensor before = slices.weights.clone();
  const at::Tensor mean = slices.average.mul(0.75).add(before, 0.25);
  average_step(example, slices);
  CHECK(at::equal(slices.weights, before));
  CHECK(close(slices.average, mean.to(at::kDouble)));
  CHECK(at::equal(slices.working, before.to(at::kBFloat16)));
}
