#include "site_images.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace radforge {

namespace {

std::vector<std::size_t> rows_of(const EvaluationConfig& config, const std::string& site, const PredictionTable& table) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.samples.size(); ++row) {
    if (site_of(table.samples[row]) == site && is_of_split(table.samples[row], config.split)) {
      rows.push_back(row);
    }
  }
  // By name: what is drawn, and how sums are rounded, does not depend on the order of a file's rows.
  std::ranges::sort(rows, {}, [&](std::size_t row) { return std::pair(table.samples[row].source, table.samples[row].id); });
  return rows;
}

std::vector<SampleRecord> samples_of(const std::vector<std::size_t>& rows, const PredictionTable& table) {
  std::vector<SampleRecord> samples;
  std::ranges::transform(rows, std::back_inserter(samples), [&](std::size_t row) { return table.samples[row]; });
  return samples;
}

} // namespace

bool is_of_split(const SampleRecord& sample, const std::string& split) { return sample.split.empty() || sample.split == split; }

SiteImages::SiteImages(const EvaluationConfig& config, const std::string& site, const PredictionTable& table)
    : rows_(rows_of(config, site, table)), samples_(samples_of(rows_, table)), groups_(config.subgroups, samples_),
      plan_(config.bootstrap, config.seed, site, samples_) {}

std::optional<ScoredImages> SiteImages::scored(const PredictionTable& table, const std::string& label) const {
  const auto found = std::ranges::find(table.labels, label);
  if (found == table.labels.end()) {
    return std::nullopt;
  }
  const auto column = static_cast<std::size_t>(found - table.labels.begin());
  ScoredImages images;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double probability = table.probability(rows_[i], column);
    const std::int8_t truth = table.truth(rows_[i], column);
    if (truth >= 0 && !std::isnan(probability)) {
      images.scores.push_back(probability);
      images.positive.push_back(static_cast<std::uint8_t>(truth));
      images.units.push_back(plan_.units()[i]);
      images.cells.push_back(groups_.grouping().cells[i]);
    }
  }
  return images;
}

} // namespace radforge
