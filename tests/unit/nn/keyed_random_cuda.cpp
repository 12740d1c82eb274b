#include "../../../src/nn/keyed_random.cuh"
#include "../../../src/nn/keyed_sequences.hpp"

#include "radforge/nn/keyed_random.hpp"

#include "gpu.hpp"
#include "on_host.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>

#include <vector>

using namespace radforge;

namespace {

const std::vector<RandomKey> keys{
    {1, Stream::noise, 10, 0}, {0xfedcba9876543210U, Stream::generation, 0x123456789abcdefU, (1U << 24) - 1}, {}};

at::Tensor normals_of_kernel(std::int64_t width, const OnHost& run) {
  at::Tensor values = at::empty({static_cast<std::int64_t>(keys.size()), width}, at::kFloat);
  const at::Tensor sequences = keyed_sequences(keys);
  run(keyed_normals_job(sequences, values));
  return values;
}

} // namespace

TEST_CASE("the CUDA kernel's normals are those of the CPU bit for bit") {
  const std::int64_t width = GENERATE(1, 2, 3, 4, 5, 1023, 1024, 1028, 4099, 100000);
  const at::Tensor expected = keyed_normals(keys, {width});
  CHECK(at::equal(normals_of_kernel(width, OnHost()), expected));
  CHECK(at::equal(normals_of_kernel(width, OnHost(TurnOrder::shuffled)), expected));
}

TEST_CASE("the CUDA kernel's words are those of the CPU bit for bit") {
  struct SameBits {
    std::uint32_t operator()(std::uint32_t word) const { return word; }
  };
  constexpr std::size_t count = 5003;
  std::vector<std::uint32_t> expected(count);
  fill_bits(keys[1], expected, 7);
  std::vector<std::uint32_t> words(count + 1, 42);
  const PhiloxSequence sequence = sequence_of(keys[1], 7);
  keyed_random_kernels::run<SameBits>(&sequence, 1, count, words.data(), HostLaunch());
  CHECK(words.back() == 42);
  words.pop_back();
  CHECK(words == expected);
}

TEST_CASE("more rows than a grid has are filled too") {
  using keyed_random_kernels::ToNormal;
  at::Tensor values = at::empty({static_cast<std::int64_t>(keys.size()), 5}, at::kFloat);
  const at::Tensor sequences = keyed_sequences(keys);
  const KeyedNormalsJob job = keyed_normals_job(sequences, values);
  HostLaunch()(dim3{1, 2, 1}, 256, keyed_random_kernels::fill<ToNormal, float>, job.sequences, job.rows, job.width, job.out);
  CHECK(at::equal(values, keyed_normals(keys, {5})));
}

TEST_CASE("normals made on a GPU are those of the CPU bit for bit", "[gpu]") {
  if (has_gpu()) {
    const std::int64_t width = GENERATE(3, 4 * 64 * 64, 1000003);
    CHECK(at::equal(keyed_normals(keys, {width}, at::kCUDA).cpu(), keyed_normals(keys, {width})));
  }
}
