#include "../../../src/nn/group_norm_backward.cuh"
#include "../../../src/nn/group_norm_device.hpp"
#include "../../../src/nn/group_norm_forward.cuh"

#include "radforge/nn/group_norm.hpp"

#include "gpu.hpp"
#include "gradients_of.hpp"
#include "on_host.hpp"
#include "random_tensor.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/equal.h>

#include <algorithm>
#include <limits>

using namespace radforge;

namespace {

struct Case {
  std::int64_t samples, channels, height, width, groups;
};

at::Tensor channels_last(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

Inputs inputs_of(const Case& c) {
  return {channels_last(random_tensor(1, {c.samples, c.channels, c.height, c.width}).mul(2).add(3)),
          random_tensor(2, {c.channels}).mul(0.3).add(1), random_tensor(3, {c.channels}),
          random_tensor(4, {c.samples, c.channels})};
}

at::Tensor gradient_of(const Case& c) { return channels_last(random_tensor(5, {c.samples, c.channels, c.height, c.width})); }

Inputs rounded(const Inputs& in) {
  Inputs all;
  for (const at::Tensor& x : in) {
    all.push_back(x.to(at::kBFloat16));
  }
  return all;
}

at::Tensor shift_of(const Inputs& in) { return in.size() > 3 ? in[3] : at::Tensor(); }

/// As output_and_gradients(), by the kernels.
template <class T>
std::vector<at::Tensor> of_kernels(const Inputs& in, const at::Tensor& dy, const GroupNormOptions& options,
                                   const OnHost& run = OnHost()) {
  const at::Tensor y = at::empty_like(in[0]);
  const at::Tensor scales = device_norm_forward<T>(run, in[0], in[1], in[2], shift_of(in), options, y);
  const GroupNormGradients found = device_norm_backward<T>(run, in[0], in[1], in[2], shift_of(in), scales, dy, options);
  std::vector<at::Tensor> all{y, found.x, found.weight, found.bias};
  if (found.shift.defined()) {
    all.push_back(found.shift);
  }
  std::ranges::transform(all, all.begin(), [](const at::Tensor& x) { return x.to(at::kDouble); });
  return all;
}

std::vector<at::Tensor> exact(const Inputs& inputs, const at::Tensor& dy, const GroupNormOptions& options) {
  return output_and_gradients([&](const Inputs& in) { return reference_group_norm(in[0], in[1], in[2], options, shift_of(in)); },
                              inputs, dy, at::kDouble);
}

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const at::Tensor& x, const at::Tensor& y) { return at::equal(x, y); });
}

} // namespace

TEST_CASE("the CUDA kernels of group norm are ATen's operators in double precision with their gradients") {
  // No packs, one channel a group, one group, several chunks with a shorter last one, one position, several column blocks, groups
  // that are wider than a block.
  const auto c = GENERATE(Case{1, 4, 3, 5, 2}, Case{2, 6, 7, 7, 3}, Case{3, 32, 16, 16, 32}, Case{2, 48, 5, 5, 16},
                          Case{2, 20, 3, 3, 1}, Case{1, 64, 64, 40, 8}, Case{2, 130, 33, 17, 10}, Case{2, 16, 1, 1, 4},
                          Case{2, 320, 12, 12, 32}, Case{1, 2560, 3, 3, 32}, Case{1, 1288, 2, 2, 2}, Case{1, 1, 9, 1, 1});
  const auto activation = GENERATE(NormActivation::none, NormActivation::silu);
  const bool shifted = GENERATE(false, true);
  const GroupNormOptions options{c.groups, 1e-5, activation};
  INFO(c.channels << " channels in " << c.groups << " groups, " << c.height << " x " << c.width << (shifted ? ", shifted" : ""));
  Inputs in = inputs_of(c);
  if (!shifted) {
    in.pop_back();
  }
  const at::Tensor dy = gradient_of(c);
  CHECK(worst_difference(of_kernels<float>(in, dy, options), exact(in, dy, options)) < 1e-5);
  const Inputs half = rounded(in);
  const at::Tensor half_dy = dy.to(at::kBFloat16);
  CHECK(worst_difference(of_kernels<Bf16>(half, half_dy, options), exact(half, half_dy, options)) < 2e-2);
}

TEST_CASE("the CUDA kernels of group norm give the same bits in any order of threads, and for a sample alone") {
  const auto c = GENERATE(Case{3, 32, 16, 16, 8}, Case{2, 130, 33, 17, 10});
  const GroupNormOptions options{c.groups, 1e-5, NormActivation::silu};
  const Inputs in = inputs_of(c);
  const at::Tensor dy = gradient_of(c);
  const auto expected = of_kernels<float>(in, dy, options);
  CHECK(same(of_kernels<float>(in, dy, options, OnHost(TurnOrder::backward)), expected));
  CHECK(same(of_kernels<float>(in, dy, options, OnHost(TurnOrder::shuffled)), expected));
  const auto last = [&](const at::Tensor& x) { return x.narrow(0, c.samples - 1, 1); };
  const auto alone = of_kernels<float>({last(in[0]), in[1], in[2], last(in[3])}, last(dy), options);
  CHECK(at::equal(alone[0], last(expected[0])));
  CHECK(at::equal(alone[1], last(expected[1])));
  CHECK(at::equal(alone[4], last(expected[4])));
}

TEST_CASE("the CUDA kernels of group norm read memory that is not aligned for packs") {
  const Case c{2, 64, 5, 5, 8};
  const GroupNormOptions options{c.groups, 1e-5, NormActivation::silu};
  Inputs in = rounded(inputs_of(c));
  const at::Tensor dy = gradient_of(c).to(at::kBFloat16);
  const auto aligned = of_kernels<Bf16>(in, dy, options);
  const at::Tensor room = at::empty({in[0].numel() + 1}, at::kBFloat16);
  in[0] = room.narrow(0, 1, in[0].numel()).as_strided(in[0].sizes(), in[0].strides(), 1).copy_(in[0]);
  CHECK(worst_difference(of_kernels<Bf16>(in, dy, options), aligned) < 1e-2); // other lanes add up
}

TEST_CASE("the CUDA kernels of group norm keep their digits far from zero and beside one that is far away") {
  const Case c{2, 32, 64, 64, 8};
  const GroupNormOptions options{c.groups, 1e-5, NormActivation::none};
  Inputs in = inputs_of(c);
  in.pop_back();
  in[0] = in[0].add(1000);
  const at::Tensor dy = gradient_of(c);
  CHECK(worst_difference(of_kernels<float>(in, dy, options), exact(in, dy, options)) < 1e-4); // 1000 has a grain of 6e-5
  in[0] = inputs_of(c)[0];
  in[0].select(2, 0).select(2, 0).fill_(1e4); // a pivot
  CHECK(worst_difference({of_kernels<float>(in, dy, options)[0]}, {exact(in, dy, options)[0]}) < 1e-5);
}

TEST_CASE("the CUDA kernels of group norm let what is not a number through") {
  const Case c{2, 32, 4, 4, 8};
  Inputs in = inputs_of(c);
  in[0][1][5][0][0] = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  const auto found = of_kernels<float>(in, gradient_of(c), {c.groups, 1e-5, NormActivation::silu});
  CHECK(found[0][1].narrow(0, 4, 4).isnan().any().item<bool>()); // its group
  CHECK(found[1][1].narrow(0, 4, 4).isnan().all().item<bool>());
  CHECK_FALSE(found[0][0].isnan().any().item<bool>());
  CHECK_FALSE(found[0][1].narrow(0, 8, 24).isnan().any().item<bool>());
}

TEST_CASE("the CUDA kernels of group norm hold at the size of an autoencoder", "[.][large]") {
  const Case c{1, 128, 512, 512, 32};
  const GroupNormOptions options{c.groups, 1e-6, NormActivation::silu};
  Inputs in = rounded(inputs_of(c));
  in.pop_back();
  const at::Tensor dy = gradient_of(c).to(at::kBFloat16);
  CHECK(worst_difference(of_kernels<Bf16>(in, dy, options), exact(in, dy, options)) < 2e-2);
}

TEST_CASE("group norm on a GPU is that of the CPU", "[gpu]") {
  if (has_gpu()) {
    const auto c =
        GENERATE(Case{2, 320, 64, 64, 32}, Case{3, 2560, 8, 8, 32}, Case{2, 130, 33, 17, 10}, Case{1, 128, 256, 256, 32});
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const GroupNormOptions options{c.groups, 1e-5, NormActivation::silu};
    const auto fused = [&](const Inputs& in) { return group_norm(in[0], in[1], in[2], options, in[3]); };
    const Inputs in = inputs_of(c);
    Inputs on_gpu;
    std::ranges::transform(in, std::back_inserter(on_gpu), [](const at::Tensor& x) { return x.cuda(); });
    std::vector<at::Tensor> found = output_and_gradients(fused, on_gpu, gradient_of(c).cuda(), type);
    std::ranges::transform(found, found.begin(), [](const at::Tensor& x) { return x.cpu(); });
    CHECK(worst_difference(found, output_and_gradients(fused, in, gradient_of(c), type)) < (type == at::kFloat ? 2e-5 : 2e-2));
  }
}
