#pragma once

#include <cstdint>
#include <string>

namespace radforge {

class Schema;

/// `radforge import`: a pipeline folder of diffusers, or a single-file checkpoint, to a pipeline folder.
struct ImportConfig {
  std::string precision = "fp32"; ///< of the written weights
  // A single file does not say these.
  std::string tokenizer; ///< folder with vocab.json and merges.txt
  std::string prediction_type = "epsilon";
  std::int64_t sample_size = 64;   ///< side of a latent the model was trained with
  std::string weights = "trained"; ///< or "averaged"
};

/// `radforge export`: a run's pipeline to a folder for others, with a model card.
struct ExportConfig {
  std::string precision = "fp32"; ///< of the written weights
  std::string title;              ///< of the model card; the output folder's name when empty
  std::string license = "other";  ///< an identifier of the Hugging Face Hub
  std::string base_model;         ///< what training began from, if anything
};

/// `radforge export` of a data set: its images as files, with a table.
struct DatasetExportConfig {
  std::string layout = "image-folder"; ///< of the table's columns; or "roentgen-v2"
  std::string title;                   ///< of the card; the output folder's name when empty
  std::string license = "other";       ///< an identifier of the Hugging Face Hub
};

/// `radforge inspect --sheet`: a page of a data set's images.
struct SheetPageConfig {
  std::string real_dataset; ///< to be shown beside; empty: the one that a generated set's configuration names, or none
  std::string real_split = "test";
  std::int64_t columns = 6;       ///< images of each kind of a subgroup
  std::int64_t num_failures = 60; ///< rejected images at most
};

void describe(Schema& schema, ImportConfig& config);
void describe(Schema& schema, ExportConfig& config);
void describe(Schema& schema, DatasetExportConfig& config);
void describe(Schema& schema, SheetPageConfig& config);

} // namespace radforge
