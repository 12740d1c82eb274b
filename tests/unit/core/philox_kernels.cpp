#include "../../../src/core/philox_kernels.hpp"

#include "radforge/core/normal.hpp"

#include <catch2/catch.hpp>
#include <hwy/targets.h>

#include <bit>
#include <string>
#include <vector>

using namespace radforge;

namespace {

constexpr PhiloxSequence example{.key = {0xdeadbeef, 17}, .counter = {0x00000304, 0x89abcdef, 0x01234567}, .first_block = 1000};

/// Lets Highway's dispatch see one instruction set only.
class OnlyInstructionSet {
 public:
  explicit OnlyInstructionSet(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
  }
  ~OnlyInstructionSet() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
  }
  OnlyInstructionSet(const OnlyInstructionSet&) = delete;
  OnlyInstructionSet& operator=(const OnlyInstructionSet&) = delete;
};

std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> targets;
  for (std::int64_t rest = compiled_instruction_sets() & hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    targets.push_back(rest & -rest);
  }
  return targets;
}

std::vector<std::uint32_t> plain_bits(std::size_t count) {
  std::vector<std::uint32_t> words(count);
  for (std::size_t i = 0; i < count; ++i) {
    words[i] = block_of(example, example.first_block + static_cast<std::uint32_t>(i / 4))[i % 4];
  }
  return words;
}

std::vector<std::uint32_t> plain_normals(std::size_t count) {
  std::vector<std::uint32_t> words = plain_bits(count);
  for (std::uint32_t& word : words) {
    word = std::bit_cast<std::uint32_t>(normal_of_word(word));
  }
  return words;
}

} // namespace

TEST_CASE("every instruction set of this machine gives the bits of the plain form") {
  constexpr std::size_t most = (1 << 21) + 13;
  const std::vector<std::uint32_t> expected_bits = plain_bits(most);
  const std::vector<std::uint32_t> expected_normals = plain_normals(most);
  for (const std::int64_t target : instruction_sets()) {
    const OnlyInstructionSet only(target);
    INFO("instruction set " << hwy::TargetName(target));
    std::vector<std::size_t> sizes{most};
    for (std::size_t size = 0; size < 140; ++size) {
      sizes.push_back(size);
    }
    for (const std::size_t size : sizes) {
      INFO(size << " numbers");
      std::vector<std::uint32_t> bits(size);
      fill_bits_vectorized(example, bits);
      CHECK(std::equal(bits.begin(), bits.end(), expected_bits.begin()));

      std::vector<float> normals(size + 1, 99.0F);
      fill_normal_vectorized(example, std::span(normals).first(size));
      CHECK(normals[size] == 99.0F);
      CHECK(std::equal(normals.begin(), normals.end() - 1, expected_normals.begin(),
                       [](float x, std::uint32_t y) { return std::bit_cast<std::uint32_t>(x) == y; }));
    }
  }
}

TEST_CASE("the kernels are compiled for more than one instruction set") {
  CHECK(std::popcount(static_cast<std::uint64_t>(compiled_instruction_sets())) >= 2);
  CHECK_FALSE(instruction_sets().empty());
}
