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
  if (error != std::errc() || stop != end || !(age >= 0 && age <= max_age)) {
    return std::nullopt;
  }
  return age;
}

} // namespace radforge
