#include "radforge/nn/group_norm.hpp"

#include "gradients_of.hpp"
#include "random_tensor.hpp"
#include "thread_count.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

namespace {

struct Case {
  std::int64_t samples, channels, height, width, groups;
};

/// A tail of channels, one channel a group, one group, several chunks of a sample, one position.
const Case cases[] = {{1, 4, 3, 5, 2},  {2, 6, 7, 7, 3},    {3, 32, 16, 16, 32},  {2, 48, 5, 5, 16},
                      {2, 20, 3, 3, 1}, {1, 64, 64, 40, 8}, {2, 130, 33, 17, 10}, {2, 16, 1, 1, 4}};

at::Tensor channels_last(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

Inputs inputs_of(const Case& c) {
  return {channels_last(random_tensor(1, {c.samples, c.channels, c.height, c.width}).mul(2).add(3)),
          random_tensor(2, {c.channels}).mul(0.3).add(1), random_tensor(3, {c.channels}),
          random_tensor(4, {c.samples, c.channels})};
}

at::Tensor gradient_of(const Case& c) { return channels_last(random_tensor(5, {c.samples, c.channels, c.height, c.width})); }

auto fused(const GroupNormOptions& options) {
  return [options](const Inputs& in) { return group_norm(in[0], in[1], in[2], options, in.size() > 3 ? in[3] : at::Tensor()); };
}

auto plain(const GroupNormOptions& options) {
  return [options](const Inputs& in) {
    return reference_group_norm(in[0], in[1], in[2], options, in.size() > 3 ? in[3] : at::Tensor());
  };
}

} // namespace

TEST_CASE("group norm in channels_last memory is ATen's in double precision with its gradients") {
  const auto c = GENERATE(from_range(std::begin(cases), std::end(cases)));
  const auto activation = GENERATE(NormActivation::none, NormActivation::silu);
  const bool shifted = GENERATE(false, true);
  const GroupNormOptions options{c.groups, 1e-5, activation};
  Inputs inputs = inputs_of(c);
  if (!shifted) {
    inputs.pop_back();
  }
  INFO(c.channels << " channels in " << c.groups << " groups, " << c.height << " x " << c.width);
  const auto exact = output_and_gradients(plain(options), inputs, gradient_of(c), at::kDouble);
  CHECK(worst_difference(output_and_gradients(fused(options), inputs, gradient_of(c), at::kFloat), exact) < 1e-5);
  Inputs rounded;
  for (const at::Tensor& input : inputs) {
    rounded.push_back(input.to(at::kBFloat16));
  }
  const at::Tensor dy = gradient_of(c).to(at::kBFloat16);
  const auto of_rounded = output_and_gradients(plain(options), rounded, dy, at::kDouble);
  CHECK(worst_difference(output_and_gradients(fused(options), rounded, dy, at::kBFloat16), of_rounded) < 2e-2);
}

TEST_CASE("group norm gives the same bits on one thread and on two, and for a sample alone") {
  const ThreadCount restored;
  const auto c = GENERATE(Case{3, 32, 16, 16, 8}, Case{2, 130, 33, 17, 10});
  const GroupNormOptions options{c.groups, 1e-5, NormActivation::silu};
  restored.set(1);
  const auto one = output_and_gradients(fused(options), inputs_of(c), gradient_of(c), at::kFloat);
  restored.set(2);
  const auto two = output_and_gradients(fused(options), inputs_of(c), gradient_of(c), at::kFloat);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(at::equal(one[i], two[i]));
  }
  const Inputs all = inputs_of(c);
  const at::Tensor last =
      group_norm(all[0].narrow(0, c.samples - 1, 1), all[1], all[2], options, all[3].narrow(0, c.samples - 1, 1));
  CHECK(at::equal(last[0].to(at::kDouble), one[0][c.samples - 1]));
}

TEST_CASE("group norm keeps its digits far from zero") {
  const Case c{2, 32, 16, 16, 8};
  const GroupNormOptions options{c.groups, 1e-5, NormActivation::none};
  const Inputs inputs{inputs_of(c)[0].add(1000), inputs_of(c)[1], inputs_of(c)[2]};
  const at::Tensor exact =
      reference_group_norm(inputs[0].to(at::kDouble), inputs[1].to(at::kDouble), inputs[2].to(at::kDouble), options);
  const at::Tensor y = group_norm(inputs[0], inputs[1], inputs[2], options);
  CHECK(worst_difference({y.to(at::kDouble)}, {exact}) < 1e-4); // 1000 in fp32 has a grain of 6e-5
}

TEST_CASE("group norm keeps the memory format, and NCHW goes to ATen") {
  const Case c{2, 32, 4, 4, 8};
  const GroupNormOptions options{c.groups, 1e-5, NormActivation::silu};
  const Inputs in = inputs_of(c);
  CHECK(group_norm(in[0], in[1], in[2], options).is_contiguous(at::MemoryFormat::ChannelsLast));
  const at::Tensor nchw = group_norm(in[0].contiguous(), in[1], in[2], options, in[3]);
  CHECK(nchw.is_contiguous());
  CHECK(at::equal(nchw, reference_group_norm(in[0].contiguous(), in[1], in[2], options, in[3])));
}

TEST_CASE("group norm lets what is not a number through") {
  const Case c{2, 32, 4, 4, 8};
  Inputs in = inputs_of(c);
  in[0][1][5][0][0] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor y = group_norm(in[0], in[1], in[2], {c.groups, 1e-5, NormActivation::silu});
  CHECK(y[1].narrow(0, 4, 4).isnan().all().item<bool>()); // its group
  CHECK_FALSE(y[0].isnan().any().item<bool>());
}
