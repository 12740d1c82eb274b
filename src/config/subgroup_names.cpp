#include "radforge/config/subgroup_names.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>
#include <sstream>

namespace radforge {

namespace {

const Choices subgroup_attributes{"sex", "age_group", "race", "view"};

bool is_subgroup(const std::string& text) {
  const std::vector<std::string> attributes = attributes_of_subgroup(text);
  return !attributes.empty() && std::ranges::all_of(attributes, [](const std::string& attribute) {
    return std::ranges::find(subgroup_attributes, attribute) != subgroup_attributes.end();
  });
}

} // namespace

std::vector<std::string> attributes_of_subgroup(const std::string& text) {
  std::vector<std::string> attributes;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word != "+") {
      attributes.push_back(word);
    }
  }
  return attributes;
}

void describe_subgroups(Schema& schema, std::vector<std::string>& subgroups, const char* help) {
  schema.field("subgroups", subgroups, help);
  schema.check(std::ranges::all_of(subgroups, is_subgroup),
               "subgroups names what splits nothing (there are sex, age_group, race, view, joined by +) correct it");
  const auto is_split_twice = [&](const std::string& one) { return std::ranges::count(subgroups, one) > 1; };
  schema.check(std::ranges::none_of(subgroups, is_split_twice),
               "subgroups names a split twice (its numbers have one name) list it once");
}

} // namespace radforge
