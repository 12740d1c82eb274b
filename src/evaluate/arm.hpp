#pragma once

#include "statistic.hpp"

#include "radforge/evaluate/classification.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// What is compared with others: models that are the same but for their seed, or one that stands for itself.
struct Arm {
  std::string name;
  std::vector<std::size_t> models; ///< places among all
  bool is_named = false;           ///< has rows of its own
};

/// In the order of their first models.
std::vector<Arm> arms_of(const std::vector<EvaluatedModel>& models);

/// Means over an arm's models, element by element of their lists. A draw takes as many models with replacement as there are, on
/// the units that it draws: intervals are of other patients and other seeds. That mean is moved from the mean of all by
/// sqrt(models / (models - 1)) times its distance, as models drawn from so few differ too little. p-values stay with the models.
std::vector<Statistic> over_seeds(const Arm& arm, const std::vector<std::vector<Statistic>>& of_models, std::int64_t seed);

} // namespace radforge
