#include "radforge/quality/subgroups.hpp"

#include "radforge/config/subgroup_names.hpp"

#include <map>
#include <numeric>

namespace radforge {

namespace {

std::map<std::string, std::vector<std::int64_t>> split(const ImageSet& images, const std::vector<std::string>& attributes) {
  std::map<std::string, std::vector<std::int64_t>> groups;
  for (std::int64_t i = 0; i < images.size(); ++i) {
    groups[subgroup_of(images.record(i), attributes)].push_back(i);
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
