#include "radforge/data/prediction_table.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/predictions.hpp"

#include "finding_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <set>

namespace radforge {

namespace {

constexpr double not_told = std::numeric_limits<double>::quiet_NaN();

bool is_hdf5(const std::filesystem::path& path) {
  std::array<char, 8> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return file && std::memcmp(begin.data(), "\x89HDF\r\n\x1A\n", begin.size()) == 0;
}

/// Logits of findings are each a sigmoid's, those of classes a softmax's, in fp64.
void add_probabilities(PredictionTable& table, const Predictions& predictions) {
  const std::size_t width = predictions.names.size();
  for (std::size_t row = 0; row < table.samples.size(); ++row) {
    const auto logits = predictions.outputs.begin() + static_cast<std::ptrdiff_t>(row * width);
    if (predictions.label == "findings") {
      std::transform(logits, logits + static_cast<std::ptrdiff_t>(width), std::back_inserter(table.probabilities),
                     [](float logit) { return 1 / (1 + std::exp(-static_cast<double>(logit))); });
      continue;
    }
    const double most = *std::max_element(logits, logits + static_cast<std::ptrdiff_t>(width));
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i) {
      sum += std::exp(predictions.outputs[row * width + i] - most);
    }
    for (std::size_t i = 0; i < width; ++i) {
      table.probabilities.push_back(std::exp(predictions.outputs[row * width + i] - most) / sum);
    }
  }
}

PredictionTable from_predictions(const std::filesystem::path& path) {
  Predictions predictions = read_predictions(path);
  if (predictions.label == "age") {
    throw DataError("{} tells an age (a number has no classes to be ranked) name predictions of findings, sex, race or view",
                    path.string());
  }
  PredictionTable table{.labels = predictions.names, .samples = std::move(predictions.samples)};
  if (!std::ranges::all_of(predictions.outputs, [](float output) { return std::isfinite(output); })) {
    throw DataError("{} has an output that is not a number (its model diverged) train it again", path.string());
  }
  add_probabilities(table, predictions);
  std::ranges::transform(predictions.labels, std::back_inserter(table.known), [](float label) {
    return static_cast<std::int8_t>(std::isnan(label) ? -1 : label > 0 ? 1 : 0);
  });
  return table;
}

} // namespace

PredictionTable read_prediction_table(const std::filesystem::path& path, const PredictionColumnsConfig& columns) {
  return is_hdf5(path) ? from_predictions(path) : read_prediction_csv(path, columns);
}

PredictionTable joined(const std::vector<PredictionTable>& tables) {
  PredictionTable all;
  for (const PredictionTable& table : tables) {
    std::ranges::copy_if(table.labels, std::back_inserter(all.labels),
                         [&](const std::string& label) { return std::ranges::find(all.labels, label) == all.labels.end(); });
  }
  std::set<std::pair<std::string, std::int64_t>> images;
  for (const PredictionTable& table : tables) {
    std::vector<std::size_t> place; // in the table, of each of all labels
    for (const std::string& label : all.labels) {
      place.push_back(static_cast<std::size_t>(std::ranges::find(table.labels, label) - table.labels.begin()));
    }
    for (std::size_t row = 0; row < table.samples.size(); ++row) {
      const SampleRecord& sample = table.samples[row];
      if (!images.emplace(sample.source, sample.id).second) {
        throw DataError("the image {} is in two files of predictions (it would count twice) take it out of one", sample.source);
      }
      all.samples.push_back(sample);
      for (const std::size_t label : place) {
        const bool told = label < table.labels.size();
        all.probabilities.push_back(told ? table.probability(row, label) : not_told);
        all.known.push_back(told ? table.truth(row, label) : std::int8_t{-1});
      }
    }
  }
  const auto has_split = [](const SampleRecord& sample) { return !sample.split.empty(); };
  if (std::ranges::any_of(all.samples, has_split)) {
    for (SampleRecord& sample : all.samples) { // as everywhere: generated images among others
      sample.split = has_split(sample) ? sample.split : "train";
    }
  }
  return all;
}

PredictionTable with_no_finding(PredictionTable table) {
  const std::size_t old_width = table.labels.size();
  const auto is_no_finding = [](const std::string& label) { return in_words(label) == "no finding"; };
  const auto at = static_cast<std::size_t>(std::ranges::find_if(table.labels, is_no_finding) - table.labels.begin());
  const bool is_there = at < old_width;
  PredictionTable wide{.labels = table.labels, .samples = std::move(table.samples)};
  if (!is_there) {
    wide.labels.emplace_back("No_Finding");
  }
  for (std::size_t row = 0; row < wide.samples.size(); ++row) {
    double highest = not_told;
    std::int8_t healthy = 1;
    for (std::size_t label = 0; label < old_width; ++label) {
      wide.probabilities.push_back(table.probability(row, label));
      wide.known.push_back(table.truth(row, label));
      if (label != at) {
        highest = std::fmax(highest, table.probability(row, label));
        const std::int8_t truth = table.truth(row, label);
        healthy = static_cast<std::int8_t>(truth == 1 || healthy == 0 ? 0 : truth == -1 ? -1 : healthy);
      }
    }
    if (!is_there) {
      wide.probabilities.push_back(1 - highest);
      wide.known.push_back(healthy);
    } else if (double& told = wide.probabilities[row * old_width + at]; std::isnan(told)) {
      told = 1 - highest;
      std::int8_t& truth = wide.known[row * old_width + at];
      truth = truth == -1 ? healthy : truth;
    }
  }
  return wide;
}

} // namespace radforge
