#pragma once

#include "radforge/io/sample_record.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// What a classifier said of images, with what is known of them: all that their evaluation needs.
struct Predictions {
  static constexpr int schema_version = 1;
  static constexpr const char* file_name = "predictions.h5";

  std::string label;                             ///< what is told: "findings", "sex", "race", "view", "age"
  std::vector<std::string> names;                ///< of the outputs
  std::vector<SampleRecord> samples;             ///< without pixels
  std::vector<std::string> datasets;             ///< of each sample, the folder of its data set
  std::vector<float> outputs;                    ///< samples x names: logits, or values in their unit
  std::vector<float> labels;                     ///< likewise: 1 present, 0 absent, or the value; NaN unknown
  std::map<std::string, std::string> provenance; ///< attributes of the file
};

/// Writes an HDF5 file (docs/data-format.md) atomically; equal predictions give equal bytes. Errors: IoError.
void write_predictions(const std::filesystem::path& path, const Predictions& predictions);

/// Of the provenance what every file has. Errors: IoError, DataError (damaged, or another file).
Predictions read_predictions(const std::filesystem::path& path);

} // namespace radforge
