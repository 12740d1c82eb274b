#include "../../../src/nn/geglu.cuh"
#include "../../../src/nn/geglu_device.hpp"

#include "radforge/nn/geglu.hpp"

#include "gpu.hpp"
#include "gradients_of.hpp"
#include "on_host.hpp"
#include "random_tensor.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>

#include <limits>

using namespace radforge;

namespace {

at::Tensor plain(const Inputs& in) { return reference_geglu(in[0], in[1]); }

struct Case {
  std::int64_t rows, width;
};

Inputs inputs_of(const Case& c) { return {random_tensor(1, {c.rows, 2 * c.width}).mul(2), random_tensor(3, {2 * c.width})}; }

template <class T>
std::vector<at::Tensor> of_kernels(const Inputs& in, const at::Tensor& dy, const OnHost& run = OnHost()) {
  at::Tensor y = at::empty({in[0].size(0), in[0].size(1) / 2}, in[0].options());
  device_geglu_forward<T>(run, in[0], in[1], y);
  const GegluGradients gradients = device_geglu_backward<T>(run, in[0], in[1], dy);
  return {y.to(at::kDouble), gradients.x.to(at::kDouble), gradients.bias.to(at::kDouble)};
}

Inputs rounded(const Inputs& in) { return {in[0].to(at::kBFloat16), in[1].to(at::kBFloat16)}; }

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const at::Tensor& x, const at::Tensor& y) { return at::equal(x, y); });
}

} // namespace

TEST_CASE("the CUDA kernels of GEGLU are ATen's operators in double precision with their gradients") {
  // Widths with and without packs, of one block and of several, fewer rows than lanes, and several chunks with a shorter last
  // one.
  const auto c =
      GENERATE(Case{1, 1}, Case{37, 7}, Case{70, 16}, Case{33, 100}, Case{5, 512}, Case{3, 2568}, Case{2, 1021}, Case{40000, 8});
  INFO(c.rows << " rows, " << c.width << " wide");
  const Inputs in = inputs_of(c);
  const at::Tensor dy = random_tensor(2, {c.rows, c.width});
  CHECK(worst_difference(of_kernels<float>(in, dy), output_and_gradients(plain, in, dy, at::kDouble)) < 2e-6);
  const Inputs half = rounded(in);
  const at::Tensor half_dy = dy.to(at::kBFloat16);
  CHECK(worst_difference(of_kernels<Bf16>(half, half_dy), output_and_gradients(plain, half, half_dy, at::kDouble)) < 1e-2);
}

TEST_CASE("the CUDA kernels of GEGLU give the same bits in any order of threads and without packs") {
  const Case c{70, 264};
  const Inputs in = rounded(inputs_of(c));
  const at::Tensor dy = random_tensor(2, {c.rows, c.width}).to(at::kBFloat16);
  const std::vector<at::Tensor> expected = of_kernels<Bf16>(in, dy);
  CHECK(same(of_kernels<Bf16>(in, dy, OnHost(TurnOrder::backward)), expected));
  CHECK(same(of_kernels<Bf16>(in, dy, OnHost(TurnOrder::shuffled)), expected));
  const at::Tensor room = at::empty({in[0].numel() + 1}, at::kBFloat16);
  const at::Tensor unaligned = room.narrow(0, 1, in[0].numel()).view(in[0].sizes()).copy_(in[0]);
  const std::vector<at::Tensor> of_single = of_kernels<Bf16>({unaligned, in[1]}, dy);
  CHECK(at::equal(of_single[0], expected[0]));
  CHECK(at::equal(of_single[1], expected[1]));
  CHECK(worst_difference({of_single[2]}, {expected[2]}) < 1e-2); // other lanes add up
}

TEST_CASE("the CUDA kernels of GEGLU let what is not a number through, and hold in the tails") {
  Inputs in = inputs_of({4, 8});
  in[0][1][3] = std::numeric_limits<float>::quiet_NaN();
  in[0][2].narrow(0, 8, 8).fill_(100);
  in[0][3].narrow(0, 8, 8).fill_(-100);
  const std::vector<at::Tensor> found = of_kernels<float>(in, random_tensor(2, {4, 8}));
  CHECK(found[0][1][3].isnan().item<bool>());
  CHECK(found[0].isnan().sum().item<std::int64_t>() == 1);
  CHECK(found[0][3].abs().max().item<double>() == 0);
  CHECK(worst_difference({found[0][2]}, {plain({in[0].to(at::kDouble), in[1].to(at::kDouble)})[2]}) < 1e-6);
}

TEST_CASE("GEGLU on a GPU is that of the CPU", "[gpu]") {
  if (has_gpu()) {
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const auto c = GENERATE(Case{4096, 1280}, Case{37, 7});
    const Inputs in = inputs_of(c);
    const at::Tensor dy = random_tensor(2, {c.rows, c.width});
    const auto fused = [](const Inputs& x) { return geglu(x[0], x[1]); };
    const auto on_gpu = output_and_gradients(fused, {in[0].cuda(), in[1].cuda()}, dy.cuda(), type);
    std::vector<at::Tensor> found;
    for (const at::Tensor& x : on_gpu) {
      found.push_back(x.cpu());
    }
    CHECK(worst_difference(found, output_and_gradients(fused, in, dy, type)) < (type == at::kFloat ? 2e-6 : 1e-2));
  }
}
