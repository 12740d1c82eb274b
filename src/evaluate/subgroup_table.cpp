#include "subgroup_table.hpp"

#include "radforge/config/subgroup_names.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

namespace radforge {

SubgroupTable::SubgroupTable(const std::vector<std::string>& splits, const std::vector<SampleRecord>& samples) {
  std::vector<std::vector<std::uint32_t>> groups_of_sample(samples.size(), {0});
  for (const std::string& text : splits) {
    const std::vector<std::string> attributes = attributes_of_subgroup(text);
    std::map<std::string, std::vector<std::size_t>> members;
    Split split{.name = fmt::format("{}", fmt::join(attributes, " + "))};
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (std::ranges::any_of(attributes, [&](const std::string& name) { return attribute_of(samples[i], name).empty(); })) {
        ++split.num_unknown;
      } else {
        members[subgroup_of(samples[i], attributes)].push_back(i);
      }
    }
    for (const auto& [name, numbers] : members) {
      split.groups.push_back(names_.size());
      for (const std::size_t i : numbers) {
        groups_of_sample[i].push_back(static_cast<std::uint32_t>(names_.size()));
      }
      names_.push_back(name);
    }
    splits_.push_back(std::move(split));
  }
  grouping_.num_groups = names_.size();
  std::map<std::vector<std::uint32_t>, std::uint32_t> cells;
  for (std::vector<std::uint32_t>& groups : groups_of_sample) {
    const auto [found, is_new] = cells.emplace(groups, static_cast<std::uint32_t>(cells.size()));
    if (is_new) {
      grouping_.groups_of_cell.push_back(groups);
    }
    grouping_.cells.push_back(found->second);
  }
}

} // namespace radforge
