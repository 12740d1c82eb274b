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

} // namespace radforge
