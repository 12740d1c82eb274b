#pragma once

#include "radforge/io/sample_record.hpp"
#include "radforge/metrics/group_ranking.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace radforge {

/// Images split into groups by attributes, in several ways at once. Group 0 has all; an image of which an attribute is unknown is
/// in no group of its splits.
class SubgroupTable {
 public:
  struct Split {
    std::string name;                ///< "sex + age_group"
    std::vector<std::size_t> groups; ///< in the order of their names
    std::size_t num_unknown = 0;
  };

  SubgroupTable(const std::vector<std::string>& splits, const std::vector<SampleRecord>& samples);

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Split>& splits() const { return splits_; }
  const Grouping& grouping() const { return grouping_; }

 private:
  std::vector<std::string> names_{"all"};
  std::vector<Split> splits_;
  Grouping grouping_;
};

} // namespace radforge
