#include "../../../src/data/age.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("age groups cover all ages without a gap") {
  const auto [age, group] = GENERATE(table<float, std::string>({
      {-1, ""},
      {0, "0-17"},
      {17, "0-17"},
      {17.9F, "0-17"},
      {18, "18-39"},
      {39.9F, "18-39"},
      {40, "40-59"},
      {60, "60-79"},
      {79, "60-79"},
      {80, "80+"},
      {120, "80+"},
  }));
  CHECK(age_group_of(age) == group);
  CHECK(is_age_group(group) == !group.empty());
}

TEST_CASE("ages are numbers of years") {
  CHECK(parse_age("57") == 57.0F);
  CHECK(parse_age("0.5") == 0.5F);
  CHECK(parse_age("120") == 120.0F);
  for (const char* text : {"", "x", "-1", "121", "414", "057Y", "57 ", " 57", "nan", "inf", "1e1", "0x10"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_age(text).has_value());
  }
}
