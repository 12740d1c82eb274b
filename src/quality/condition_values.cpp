#include "condition_values.hpp"

#include "radforge/quality/condition_fidelity.hpp"

#include <algorithm>
#include <iterator>

namespace radforge {

namespace {

/// Over the findings that both sets have an AUROC of, so that the two means are of the same.
void add_macro_auroc(std::vector<QualityValue>& values, const Subgroup& group, const std::vector<FidelityValue>& shown,
                     const std::vector<FidelityValue>& real) {
  double sum = 0;
  double sum_of_real = 0;
  std::int64_t count = 0;
  for (const FidelityValue& one : shown) {
    if (const auto same = std::ranges::find(real, one.metric, &FidelityValue::metric); same != real.end()) {
      sum += one.value;
      sum_of_real += same->value;
      ++count;
    }
  }
  if (count > 0) {
    const auto n = static_cast<double>(count);
    values.push_back({group.name, "", "macro_auroc", sum / n, 0, std::ssize(group.synthetic)});
    values.push_back({group.name, "", "macro_auroc_of_real", sum_of_real / n, std::ssize(group.real), 0});
  }
}

} // namespace

std::vector<QualityValue> condition_values(const CheckNetwork& network, const Subgroup& group, const JudgedSet& synthetic,
                                           const JudgedSet& real) {
  const std::vector<FidelityValue> shown = condition_fidelity(network, synthetic.outputs, synthetic.images, group.synthetic);
  const std::vector<FidelityValue> at_best = condition_fidelity(network, real.outputs, real.images, group.real);
  std::vector<QualityValue> values;
  for (const FidelityValue& found : shown) {
    values.push_back({group.name, "", found.metric, found.value, 0, found.num_images});
  }
  for (const FidelityValue& found : at_best) {
    values.push_back({group.name, "", found.metric + "_of_real", found.value, found.num_images, 0});
  }
  if (network.config().attribute == "findings") {
    add_macro_auroc(values, group, shown, at_best);
  }
  return values;
}

} // namespace radforge
