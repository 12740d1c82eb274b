#include "radforge/quality/condition_fidelity.hpp"

#include "radforge/metrics/ranked_scores.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace radforge {

namespace {

using Numbers = std::span<const std::int64_t>;

const std::string& class_of(const SampleRecord& record, const std::string& attribute) {
  return attribute == "sex" ? record.sex : attribute == "race" ? record.race : record.view;
}

std::vector<FidelityValue> of_classes(const CheckNetwork& network, const float* outputs, const ImageSet& images,
                                      Numbers numbers) {
  const std::vector<std::string>& names = network.names();
  const auto count = static_cast<std::ptrdiff_t>(names.size());
  std::int64_t known = 0;
  std::int64_t right = 0;
  for (const std::int64_t number : numbers) {
    const auto asked = std::ranges::find(names, class_of(images.record(number), network.config().attribute));
    if (asked != names.end()) {
      const float* row = outputs + number * count;
      ++known;
      right += std::max_element(row, row + count) - row == asked - names.begin() ? 1 : 0;
    }
  }
  if (known == 0) {
    return {};
  }
  return {{network.config().attribute + "_accuracy", static_cast<double>(right) / static_cast<double>(known), known}};
}

std::vector<FidelityValue> of_ages(const CheckNetwork& network, const float* outputs, const ImageSet& images, Numbers numbers) {
  std::int64_t known = 0;
  std::int64_t within = 0;
  double sum = 0;
  double sum_of_squares = 0;
  for (const std::int64_t number : numbers) {
    const double age = images.record(number).age;
    if (age >= 0) {
      const double predicted = outputs[number];
      ++known;
      sum += std::abs(predicted - age);
      sum_of_squares += (predicted - age) * (predicted - age);
      within += std::abs(std::round(predicted) - age) <= network.config().tolerance_years ? 1 : 0;
    }
  }
  if (known == 0) {
    return {};
  }
  const auto n = static_cast<double>(known);
  return {{"age_mean_absolute_error", sum / n, known},
          {"age_root_mean_square_error", std::sqrt(sum_of_squares / n), known},
          {"age_within_tolerance", static_cast<double>(within) / n, known}};
}

std::optional<FidelityValue> of_finding(const std::string& name, std::span<const double> scores,
                                        std::span<const std::uint8_t> positive) {
  const std::optional<double> area = auroc(RankedScores(scores, positive));
  return area ? std::optional(FidelityValue{"auroc " + name, *area, static_cast<std::int64_t>(scores.size())}) : std::nullopt;
}

std::vector<FidelityValue> of_findings(const CheckNetwork& network, const float* outputs, const ImageSet& images,
                                       Numbers numbers) {
  const std::vector<std::string>& names = network.names();
  const std::vector<std::string>& columns = images.data().schema().findings;
  std::vector<FidelityValue> values;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto column = std::ranges::find(columns, names[i]) - columns.begin();
    if (column == std::ssize(columns)) {
      continue;
    }
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    for (const std::int64_t number : numbers) {
      const std::int8_t state = images.data().findings(images.id(number))[static_cast<std::size_t>(column)];
      if (state >= 0) {
        scores.push_back(outputs[static_cast<std::size_t>(number) * names.size() + i]);
        positive.push_back(static_cast<std::uint8_t>(state));
      }
    }
    if (const auto value = of_finding(names[i], scores, positive)) {
      values.push_back(*value);
    }
  }
  return values;
}

} // namespace

bool knows_any_of(const CheckNetwork& network, const ImageSet& images) {
  const std::string& attribute = network.config().attribute;
  const auto knows = [&](const std::string& word) { return std::ranges::find(network.names(), word) != network.names().end(); };
  if (attribute == "findings") {
    return std::ranges::any_of(images.data().schema().findings, knows);
  }
  return std::ranges::any_of(images.ids(), [&](std::int64_t id) {
    const SampleRecord& record = images.data().record(id);
    return attribute == "age" ? record.age >= 0 : knows(class_of(record, attribute));
  });
}

std::vector<FidelityValue> condition_fidelity(const CheckNetwork& network, const at::Tensor& outputs, const ImageSet& images,
                                              std::span<const std::int64_t> numbers) {
  const auto* values = outputs.const_data_ptr<float>();
  if (network.config().attribute == "findings") {
    return of_findings(network, values, images, numbers);
  }
  return network.config().attribute == "age" ? of_ages(network, values, images, numbers)
                                             : of_classes(network, values, images, numbers);
}

} // namespace radforge
