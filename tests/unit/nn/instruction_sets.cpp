#include "radforge/nn/attention.hpp"
#include "radforge/nn/geglu.hpp"
#include "radforge/nn/group_norm.hpp"
#include "radforge/nn/winograd.hpp"

#include "gradients_of.hpp"
#include "random_tensor.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/conv2d.h>
#include <hwy/targets.h>

#include <functional>

using namespace radforge;

namespace {

/// Makes Highway take one instruction set as long as it lives.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~OnlyTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;
};

using Function = std::function<at::Tensor(const Inputs&)>;

void on_each(const std::function<void()>& work) {
  for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_NEON, HWY_EMU128}) {
    if ((hwy::SupportedTargets() & target) != 0) {
      INFO(hwy::TargetName(target));
      const OnlyTarget only(target);
      work();
    }
  }
}

void check_fp32(const Function& ours, const Function& plain, const Inputs& inputs, const at::Tensor& dy) {
  const auto exact = output_and_gradients(plain, inputs, dy, at::kDouble);
  on_each([&] { CHECK(worst_difference(output_and_gradients(ours, inputs, dy, at::kFloat), exact) < 1e-5); });
}

void check(const Function& ours, const Function& plain, const Inputs& inputs, const at::Tensor& dy) {
  check_fp32(ours, plain, inputs, dy);
  const auto exact = output_and_gradients(plain, inputs, dy, at::kDouble);
  on_each([&] { CHECK(worst_difference(output_and_gradients(ours, inputs, dy, at::kBFloat16), exact) < 6e-2); });
}

} // namespace

TEST_CASE("every instruction set gives the values of ATen's operators") {
  const GroupNormOptions norm{8, 1e-5, NormActivation::silu};
  check([&](const Inputs& in) { return group_norm(in[0], in[1], in[2], norm, in[3]); },
        [&](const Inputs& in) { return reference_group_norm(in[0], in[1], in[2], norm, in[3]); },
        {random_tensor(1, {2, 40, 7, 5}).contiguous(at::MemoryFormat::ChannelsLast), random_tensor(2, {40}),
         random_tensor(3, {40}), random_tensor(4, {2, 40})},
        random_tensor(5, {2, 40, 7, 5}));
  const AttentionOptions options{2, GENERATE(AttentionMask::none, AttentionMask::causal)};
  check([&](const Inputs& in) { return attention(in[0], in[1], in[2], options); },
        [&](const Inputs& in) { return reference_attention(in[0], in[1], in[2], options); },
        {random_tensor(1, {2, 77, 80}), random_tensor(2, {2, 77, 80}), random_tensor(3, {2, 77, 80})},
        random_tensor(4, {2, 77, 80}));
  check_fp32([](const Inputs& in) { return winograd_conv2d(in[0], in[1], in[2]); },
             [](const Inputs& in) {
               return at::conv2d(in[0], in[1], in[2], {{1, 1}}, {{1, 1}});
             },
             {random_tensor(1, {2, 64, 9, 8}).contiguous(at::MemoryFormat::ChannelsLast),
              random_tensor(2, {96, 64, 3, 3}).div(10), random_tensor(3, {96})},
             random_tensor(4, {2, 96, 9, 8}));
  check([](const Inputs& in) { return geglu(in[0], in[1]); }, [](const Inputs& in) { return reference_geglu(in[0], in[1]); },
        {random_tensor(1, {3, 5, 74}), random_tensor(3, {74})}, random_tensor(2, {3, 5, 37}));
}
