#include "radforge/config/pipeline_config.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

void describe(Schema& schema, ImportConfig& config) {
  schema.field("precision", config.precision, Choices{"fp32", "fp16", "bf16"}, "floating type of the written weights");
  schema.field("tokenizer", config.tokenizer, "single file: folder with vocab.json and merges.txt");
  schema.field("prediction_type", config.prediction_type, Choices{"epsilon", "v_prediction"},
               "single file: what its model predicts");
  schema.field("sample_size", config.sample_size, IntRange{1, 1024}, "single file: side of a latent it was trained with");
  schema.field("weights", config.weights, Choices{"trained", "averaged"}, "single file: which of its weights, where it has both");
}

void describe(Schema& schema, ExportConfig& config) {
  schema.field("precision", config.precision, Choices{"fp32", "fp16", "bf16"}, "floating type of the written weights");
  schema.field("title", config.title, "of the model card; the output folder's name when empty");
  schema.field("license", config.license, "of the weights, for the model card");
  schema.field("base_model", config.base_model, "what training began from, for the model card");
}

void describe(Schema& schema, DatasetExportConfig& config) {
  schema.field("layout", config.layout, Choices{"image-folder", "roentgen-v2"},
               "columns of metadata.csv: what the shards hold, or those of the released RoentGen-v2 set");
  schema.field("title", config.title, "of the card; the output folder's name when empty");
  schema.field("license", config.license, "of the images, for the card");
}

void describe(Schema& schema, SheetPageConfig& config) {
  schema.field("real_dataset", config.real_dataset,
               "real images to be shown beside; empty: those of a generated set's own contact sheet, if they are there");
  schema.field("real_split", config.real_split, Choices{"train", "validation", "test"}, "of the real images");
  schema.field("columns", config.columns, IntRange{1, 100}, "images of each kind of a subgroup");
  schema.field("num_failures", config.num_failures, IntRange{0, 100000}, "rejected images at most");
}

} // namespace radforge
