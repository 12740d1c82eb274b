#include "../../../src/comm/bf16.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace radforge;

TEST_CASE("every bf16 number survives the way through fp32") {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_of_bf16(half);
    if (std::isnan(value)) {
      CHECK(std::isnan(float_of_bf16(bf16_of_float(value))));
    } else if (bf16_of_float(value) != half) {
      FAIL("bits " << bits);
    }
  }
}

TEST_CASE("bf16 rounds to nearest, ties to even") {
  CHECK(bf16_of_float(1.0F) == 0x3F80);
  CHECK(bf16_of_float(std::bit_cast<float>(0x3F807FFFU)) == 0x3F80); // below the middle
  CHECK(bf16_of_float(std::bit_cast<float>(0x3F808000U)) == 0x3F80); // the middle, even is below
  CHECK(bf16_of_float(std::bit_cast<float>(0x3F818000U)) == 0x3F82); // the middle, even is above
  CHECK(bf16_of_float(std::bit_cast<float>(0x3F808001U)) == 0x3F81); // above the middle
  CHECK(bf16_of_float(std::numeric_limits<float>::max()) == 0x7F80);
  CHECK(std::isnan(float_of_bf16(bf16_of_float(std::bit_cast<float>(0x7F800001U)))));
  CHECK(std::isnan(float_of_bf16(bf16_of_float(std::bit_cast<float>(0x7FFFFFFFU)))));
}
