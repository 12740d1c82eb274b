#include "radforge/core/philox.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

using namespace radforge;

namespace {

using Block = std::array<std::uint32_t, 4>;

constexpr RandomKey example{.seed = 7, .stream = Stream::noise, .id = 123456789012345, .draw = 3};

} // namespace

TEST_CASE("philox_block gives the published known answers of Random123") {
  const RandomKey zeros{.seed = 0, .stream = Stream{0}, .id = 0, .draw = 0};
  CHECK(philox_block(zeros, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const RandomKey ones{.seed = ~0ULL, .stream = Stream{0xff}, .id = ~0ULL, .draw = 0xffffff};
  CHECK(philox_block(ones, 0xffffffff) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  // Digits of pi in counter and key: every field of the key lands in its own word.
  const RandomKey digits{.seed = 0x299f31d0'a4093822, .stream = Stream{0xd3}, .id = 0x03707344'13198a2e, .draw = 0x85a308};
  CHECK(philox_block(digits, 0x243f6a88) == Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("fill_bits is the blocks one after another, for every length and first block") {
  for (const std::uint32_t first_block : {0U, 1U, 5U, 0xffffff00U}) {
    for (std::size_t size = 0; size <= 200; ++size) {
      std::vector<std::uint32_t> words(size + 1, 0xabababab);
      fill_bits(example, std::span(words).first(size), first_block);
      bool same = words[size] == 0xabababab; // nothing behind the end
      for (std::size_t i = 0; i < size; ++i) {
        same = same && words[i] == philox_block(example, first_block + static_cast<std::uint32_t>(i / 4))[i % 4];
      }
      INFO("first block " << first_block << ", " << size << " words");
      CHECK(same);
    }
  }
}

TEST_CASE("every field of a random key changes the numbers") {
  std::vector<RandomKey> keys(6, example);
  keys[1].seed ^= 1ULL << 40;
  keys[2].stream = Stream::posterior;
  keys[3].id ^= 1ULL << 40;
  keys[4].draw += 1;
  keys[5].seed += 1;
  std::set<Block> blocks;
  for (const RandomKey& key : keys) {
    blocks.insert(philox_block(key, 0));
  }
  CHECK(blocks.size() == keys.size());
}

TEST_CASE("random numbers refuse a draw or a length beyond the sequence") {
  RandomKey key = example;
  key.draw = 1U << 24;
  CHECK_THROWS_AS(philox_block(key, 0), InternalError);
  CHECK_THROWS_AS(uniform(key), InternalError);
  std::array<std::uint32_t, 5> words{};
  CHECK_THROWS_AS(fill_bits(example, words, 0xffffffff), InternalError);
  CHECK_NOTHROW(fill_bits(example, std::span(words).first(4), 0xffffffff));
  CHECK_THROWS_AS(uniform_below(example, 0), InternalError);
}

TEST_CASE("fill_uniform gives the upper 24 bits of each word, from 0 to below 1") {
  std::vector<float> numbers(2051);
  fill_uniform(example, numbers);
  std::vector<std::uint32_t> words(numbers.size());
  fill_bits(example, words);
  bool same = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    same = same && numbers[i] == std::ldexp(static_cast<float>(words[i] >> 8), -24);
  }
  CHECK(same);
  CHECK(uniform(example) == numbers[0]);
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  CHECK(*least >= 0.0F);
  CHECK(*most < 1.0F);
}

TEST_CASE("uniform_below is below its bound and unbiased") {
  CHECK(uniform_below(example, 1) == 0);
  std::array<int, 6> counts{};
  RandomKey key{.seed = 11, .stream = Stream::timestep};
  constexpr int num_draws = 60000;
  for (key.id = 0; key.id < num_draws; ++key.id) {
    counts.at(uniform_below(key, counts.size()))++;
  }
  double chi_square = 0;
  for (const int count : counts) {
    chi_square += std::pow(count - num_draws / 6.0, 2) / (num_draws / 6.0);
  }
  CHECK(chi_square < 20.5); // 5 degrees of freedom, p = 0.001
}

TEST_CASE("uniform_below rejects what would be a bias") {
  // 2^31 + 1 rejects almost half of all words: the first word alone would give another answer for some keys.
  constexpr std::uint32_t bound = (1U << 31) + 1;
  RandomKey key{.seed = 12, .stream = Stream::timestep};
  int num_rejected = 0;
  for (key.id = 0; key.id < 1000; ++key.id) {
    const std::uint64_t product = std::uint64_t{philox_block(key, 0)[0]} * bound;
    num_rejected += static_cast<std::uint32_t>(product) < -bound % bound;
    CHECK(uniform_below(key, bound) < bound);
    const bool first_word_decides = static_cast<std::uint32_t>(product) >= -bound % bound;
    CHECK((!first_word_decides || uniform_below(key, bound) == product >> 32));
  }
  CHECK(num_rejected > 400);
  CHECK(num_rejected < 600);
}
