#pragma once

#include "radforge/quality/image_set.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// Images of one subgroup in both sets, by their numbers.
struct Subgroup {
  std::string name; ///< "all", or "sex=F age_group=40-59"
  std::vector<std::int64_t> real;
  std::vector<std::int64_t> synthetic;
};

/// All images first, then by each of `attributes` ("sex + age_group" crosses two) those of each value that the synthetic set has,
/// in the order of their names.
std::vector<Subgroup> subgroups_of(const std::vector<std::string>& attributes, const ImageSet& real, const ImageSet& synthetic);

} // namespace radforge
