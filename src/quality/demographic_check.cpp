#include "radforge/quality/demographic_check.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace radforge {

namespace {

const std::string& planned_value(const SampleRecord& record, const std::string& attribute) {
  return attribute == "sex" ? record.sex : attribute == "race" ? record.race : record.view;
}

const std::vector<std::string>& values_in(const CohortConfig& cohort, const std::string& attribute) {
  return attribute == "sex" ? cohort.sexes : attribute == "race" ? cohort.races : cohort.views;
}

void require_common_words(const CheckConfig& check, const CheckNetwork& network, const CohortConfig& cohort) {
  if (check.attribute == "age") {
    return;
  }
  const std::vector<std::string>& values = values_in(cohort, check.attribute);
  const auto knows = [&](const std::string& value) { return std::ranges::find(network.names(), value) != network.names().end(); };
  if (std::ranges::none_of(values, knows)) {
    throw ConfigError("network {} tells {}, and the cohort plans {} of {} (nothing would be checked) give names in the cohort's "
                      "words",
                      check.network, fmt::join(network.names(), ", "),
                      values.empty() ? "nothing" : fmt::format("{}", fmt::join(values, ", ")), check.attribute);
  }
}

struct Finding {
  float score = 0;
  std::int8_t passed = -1;
};

Finding class_finding(std::span<const float> probabilities, const std::vector<std::string>& names, const std::string& planned) {
  const auto place = std::ranges::find(names, planned);
  if (place == names.end()) {
    return {*std::ranges::max_element(probabilities), -1};
  }
  const auto number = place - names.begin();
  const auto first = std::ranges::max_element(probabilities) - probabilities.begin();
  return {probabilities[static_cast<std::size_t>(number)], static_cast<std::int8_t>(first == number ? 1 : 0)};
}

Finding age_finding(float years, float planned, double tolerance) {
  const bool near = std::abs(std::round(years) - planned) <= tolerance;
  return {years, static_cast<std::int8_t>(near ? 1 : 0)};
}

} // namespace

DemographicCheck::DemographicCheck(const QualityConfig& config, const CohortConfig& cohort, DatasetSchema schema,
                                   std::int64_t batch_size, at::Device device)
    : config_(config), schema_(std::move(schema)), batch_size_(batch_size) {
  for (const CheckConfig& check : config_.networks) {
    names_.push_back(check.attribute);
    networks_.push_back(std::make_unique<const CheckNetwork>(check, device));
    require_common_words(check, *networks_.back(), cohort);
    networks_.back()->look(at::zeros({1, schema_.height, schema_.width, schema_.channels}, at::kByte));
  }
}

std::string DemographicCheck::digests() const {
  std::string text;
  for (std::size_t i = 0; i < networks_.size(); ++i) {
    text += fmt::format("{} {}\n", names_[i], networks_[i]->digest());
  }
  return text;
}

std::vector<CheckedImage> DemographicCheck::look(std::span<const SampleRecord> images) const {
  std::vector<CheckedImage> results;
  const auto count = static_cast<std::size_t>(batch_size_);
  for (std::size_t first = 0; first < images.size(); first += count) {
    look_at_batch(images.subspan(first, std::min(count, images.size() - first)), results);
  }
  return results;
}

void DemographicCheck::look_at_batch(std::span<const SampleRecord> batch, std::vector<CheckedImage>& results) const {
  at::Tensor bytes = at::zeros({batch_size_, schema_.height, schema_.width, schema_.channels}, at::kByte);
  auto* out = bytes.mutable_data_ptr<std::uint8_t>();
  for (const SampleRecord& record : batch) {
    out = std::ranges::copy(record.pixels, out).out;
  }
  const std::size_t begin = results.size();
  results.resize(begin + batch.size());
  for (std::size_t n = 0; n < networks_.size(); ++n) {
    const CheckConfig& check = config_.networks[n];
    const std::vector<std::string>& names = networks_[n]->names();
    const bool is_age = check.attribute == "age";
    at::Tensor found = networks_[n]->look(bytes);
    found = is_age ? found : at::softmax(found, 1);
    const auto* values = found.const_data_ptr<float>();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::span<const float> row(values + i * names.size(), names.size());
      const Finding finding = is_age ? age_finding(row[0], batch[i].age, check.tolerance_years)
                                     : class_finding(row, names, planned_value(batch[i], check.attribute));
      results[begin + i].scores.push_back(finding.score);
      results[begin + i].passed.push_back(finding.passed);
    }
  }
}

} // namespace radforge
