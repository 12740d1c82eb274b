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

TEST_CASE("ages of DICOM tags are three digits and a unit") {
  CHECK(parse_dicom_age("057Y") == 57.0F);
  CHECK(parse_dicom_age("009M") == 0.75F);
  CHECK(parse_dicom_age("003W").value() == Approx(21 / 365.25));
  CHECK(parse_dicom_age("020D").value() == Approx(20 / 365.25));
  CHECK(parse_dicom_age("238Y") == 238.0F);
  CHECK_FALSE(is_plausible_age(238));
  CHECK_FALSE(is_plausible_age(-1));
  CHECK(is_plausible_age(0));
  for (const char* text : {"", "57Y", "0057Y", "057", "057y", "-57Y", "05 Y", "Y057", "0 7Y"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_dicom_age(text).has_value());
  }
}

TEST_CASE("years of dates and of birth") {
  CHECK(parse_year("20110415") == 2011);
  CHECK(parse_year("1930") == 1930);
  CHECK(parse_year("1930.0") == 1930);
  CHECK(parse_year("20110415.0") == 2011);
  for (const char* text : {"", "nan", "193", "19300", "1930.5", "2011-04-15", "-930"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_year(text).has_value());
  }
}
