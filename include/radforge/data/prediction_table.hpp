#pragma once

#include "radforge/config/evaluation_config.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// What a model says of images, as probabilities, beside what is known of the images.
struct PredictionTable {
  std::vector<std::string> labels;
  std::vector<SampleRecord> samples; ///< without pixels and findings; `source` is "site/image"
  std::vector<double> probabilities; ///< samples x labels; NaN: not told
  std::vector<std::int8_t> known;    ///< likewise: 1 present, 0 absent, -1 unknown

  double probability(std::size_t sample, std::size_t label) const { return probabilities[sample * labels.size() + label]; }
  std::int8_t truth(std::size_t sample, std::size_t label) const { return known[sample * labels.size() + label]; }
};

/// What a table that names no site is called: "nih" for "nih.csv.gz", and for "nih/predictions.csv".
std::string table_name(const std::filesystem::path& path);

/// A table with a column of scores, `columns.prefix` before its name, for each of its label columns. Errors: IoError, DataError
/// with file, line and column (a score that is no number, a label that is none, an image twice, no column of scores).
PredictionTable read_prediction_csv(const std::filesystem::path& path, const PredictionColumnsConfig& columns);

/// Of predictions.h5 or a table, told apart by the file's first bytes. Errors: as before; DataError for predictions of a value.
PredictionTable read_prediction_table(const std::filesystem::path& path, const PredictionColumnsConfig& columns);

/// The rows of both, and the labels of either; what a file does not tell is unknown. Where some rows have a
/// split, those without one are training data. Errors: DataError (an image in both).
PredictionTable joined(const std::vector<PredictionTable>& tables);

/// With No_Finding told as 1 - the highest of the other probabilities, if it is not told already. Its truth is the table's where
/// that knows it, else 1 if no finding is present and all are known.
PredictionTable with_no_finding(PredictionTable table);

} // namespace radforge
