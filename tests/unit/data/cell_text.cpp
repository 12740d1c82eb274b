#include "../../../src/data/cell_text.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

template <class Action>
std::string bad_row(Action&& action) {
  try {
    action();
  } catch (const BadRow& bad) {
    return bad.reason;
  }
  return "good";
}

} // namespace

TEST_CASE("sex by the providers' codes") {
  for (const char* text : {"M", "Male", "MALE", "male"}) {
    CHECK(read_sex(text) == "M");
  }
  for (const char* text : {"F", "Female"}) {
    CHECK(read_sex(text) == "F");
  }
  for (const char* text : {"", "Unknown", "O", "U", "None", "nan"}) {
    CHECK(read_sex(text).empty());
  }
  CHECK(bad_row([] { read_sex("X"); }) == "unknown sex code: \"X\" (M, F or nothing)");
  CHECK(bad_row([] { read_sex(" M"); }) != "good");
}

TEST_CASE("label values are the four that tables use") {
  CHECK(parse_label("1") == LabelState::present);
  CHECK(parse_label("1.0") == LabelState::present);
  CHECK(parse_label("0") == LabelState::absent);
  CHECK(parse_label("0.0") == LabelState::absent);
  CHECK(parse_label("-1") == LabelState::uncertain);
  CHECK(parse_label("-1.0") == LabelState::uncertain);
  CHECK(parse_label("") == LabelState::unmentioned);
  for (const char* text : {"2", "1.00", ".0", " ", "nan", "yes", "-0", "01", "1.0.0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_label(text).has_value());
  }
  CHECK(bad_row([] { read_label("2", "Edema"); }) == "bad label: \"2\" in Edema (1, 0, -1 or nothing)");
}

TEST_CASE("race by the beginning of the text") {
  CHECK(race_of("WHITE - RUSSIAN") == "WHITE");
  CHECK(race_of("White, non-Hispanic") == "WHITE");
  CHECK(race_of("Black or African American") == "BLACK");
  CHECK(race_of("ASIAN - CHINESE") == "ASIAN");
  CHECK(race_of("Hispanic/Latino") == "HISPANIC");
  CHECK(race_of("HISPANIC OR LATINO") == "HISPANIC");
  for (const char* text : {"OTHER", "PORTUGUESE", "Non-Hispanic/Non-Latino", "American Indian or Alaska Native"}) {
    CHECK(race_of(text) == "OTHER");
  }
  for (const char* text :
       {"", " ", "UNKNOWN", "Race and Ethnicity Unknown", "UNABLE TO OBTAIN", "PATIENT DECLINED TO ANSWER", "Patient Refused"}) {
    CAPTURE(text);
    CHECK(race_of(text).empty());
  }
}

TEST_CASE("views and splits under one name") {
  CHECK(read_view("pa") == "PA");
  CHECK(read_view("LL") == "LATERAL");
  CHECK(read_view("RL") == "LATERAL");
  CHECK(read_view("AP RLD") == "AP RLD");
  CHECK(read_view("").empty());
  for (const char* text : {"validate", "valid", "val", "validation"}) {
    CHECK(read_split(text) == "validation");
  }
  CHECK(read_split("").empty());
  CHECK(read_split("train") == "train");
  CHECK(bad_row([] { read_split("Test"); }) == "unknown split: \"Test\" (train, validation, test or nothing)");
}

TEST_CASE("paths stay below the site's folder") {
  CHECK(read_image_path("a//b/./c/../d.png") == "a/b/d.png");
  CHECK(bad_row([] { read_image_path(""); }) == "no image named");
  for (const char* text : {"/etc/hostname", "../a", "a/../../b", ".."}) {
    CAPTURE(text);
    CHECK(bad_row([&] { read_image_path(text); }) == "image outside the site's folder");
  }
}

TEST_CASE("text on one line") {
  CHECK(on_one_line("  a \r\n\t b\v\fc  ") == "a b c");
  CHECK(on_one_line("").empty());
  CHECK(on_one_line("\xFF\xFF").empty());
  CHECK(on_one_line("a\xFF\xC3\xA9\xC3") == "a \u00e9");
  CHECK(on_one_line("\xE2\x82\xAC 5") == "\u20ac 5");
}

TEST_CASE("whole numbers") {
  CHECK(parse_number("10000032") == 10000032U);
  CHECK(parse_number("007") == 7U);
  for (const char* text : {"", "-1", "1.0", "1x", " 1", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text).has_value());
  }
}
