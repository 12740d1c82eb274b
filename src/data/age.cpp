#include "age.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace radforge {
namespace {

struct AgeGroup {
  const char* name;
  float below; ///< years
};
constexpr float max_age = 120;
constexpr std::array<AgeGroup, 5> age_groups{{{"0-17", 18}, {"18-39", 40}, {"40-59", 60}, {"60-79", 80}, {"80+", max_age + 1}}};

} // namespace

std::string age_group_of(float age) {
  if (age < 0) {
    return {};
  }
  const auto group = std::find_if(age_groups.begin(), age_groups.end(), [&](const AgeGroup& g) { return age < g.below; });
  return group == age_groups.end() ? "" : group->name;
}

bool is_age_group(const std::string& text) {
  return std::any_of(age_groups.begin(), age_groups.end(), [&](const AgeGroup& group) { return text == group.name; });
}

std::optional<float> parse_age(const std::string& text) {
  float age = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, age, std::chars_format::fixed);
  if (error != std::errc() || stop != end || !is_plausible_age(age)) {
    return std::nullopt;
  }
  return age;
}

std::optional<float> parse_dicom_age(std::string_view text) {
  int count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || stop != text.data() + 3 || text.size() != 4 || count < 0) {
    return std::nullopt;
  }
  const std::string_view units = "YMWD";
  constexpr std::array<double, 4> per_year{1, 12, 365.25 / 7, 365.25};
  const std::size_t unit = units.find(text[3]);
  if (unit == std::string_view::npos) {
    return std::nullopt;
  }
  return static_cast<float>(count / per_year[unit]);
}

bool is_plausible_age(double age) { return age >= 0 && age <= max_age; }

std::optional<int> parse_year(std::string_view text) {
  if (text.ends_with(".0")) { // a number that went through a floating-point column
    text.remove_suffix(2);
  }
  int year = 0;
  const bool is_number = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || (text.size() != 4 && text.size() != 8)) {
    return std::nullopt;
  }
  std::from_chars(text.data(), text.data() + 4, year);
  return year;
}

} // namespace radforge
