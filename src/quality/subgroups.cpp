#include "radforge/quality/subgroups.hpp"

#include "radforge/config/image_quality_config.hpp"

#include <fmt/format.h>

#include <map>
#include <numeric>

namespace radforge {

namespace {

const std::string& value_of(const SampleRecord& record, const std::string& attribute) {
  return attribute == "sex"         ? record.sex
         : attribute == "age_group" ? record.age_group
         : attribute == "race"      ? record.race
                                    : record.view;
}

std::string name_of(const SampleRecord& record, const std::vector<std::string>& attributes) {
  std::string name;
  for (const std::string& attribute : attributes) {
    const std::string& value = value_of(record, attribute);
    name += fmt::format("{}{}={}", name.empty() ? "" : " ", attribute, value.empty() ? "unknown" : value);
  }
  return name;
}

std::map<std::string, std::vector<std::int64_t>> split(const ImageSet& images, const std::vector<std::string>& attributes) {
  std::map<std::string, std::vector<std::int64_t>> groups;
  for (std::int64_t i = 0; i < images.size(); ++i) {
    groups[name_of(images.record(i), attributes)].push_back(i);
  }
  return groups;
}

std::vector<std::int64_t> all_of(const ImageSet& images) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(images.size()));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return numbers;
}

} // namespace

std::vector<Subgroup> subgroups_of(const std::vector<std::string>& attributes, const ImageSet& real, const ImageSet& synthetic) {
  std::vector<Subgroup> groups{{"all", all_of(real), all_of(synthetic)}};
  for (const std::string& text : attributes) {
    const std::vector<std::string> parts = attributes_of_subgroup(text);
    auto of_real = split(real, parts);
    for (auto& [name, numbers] : split(synthetic, parts)) {
      groups.push_back({name, std::move(of_real[name]), numbers});
    }
  }
  return groups;
}

} // namespace radforge
