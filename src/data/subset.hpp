#pragma once

#include "radforge/data/dataset.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// Of the samples `ids` of the data set those whose patients are in fold `fold` of `folds`; of these `fraction`, `max_images` of
/// them at most (0: no limit), ascending; none only where no patient is in the fold. Patients are taken whole as far as the
/// number allows, in an order keyed by `subset` and their names, which does not depend on what else is among `ids`: of the same
/// ids, a smaller part lies in every larger one of the same key.
std::vector<std::int64_t> keyed_subset(const Dataset& dataset, std::vector<std::int64_t> ids, const DataSourceConfig& config);

} // namespace radforge
