#include "radforge/models/pipeline_folder.hpp"

#include "json_config.hpp"
#include "weights_file.hpp"

#include "radforge/nn/state_dict.hpp"

namespace radforge {

namespace fs = std::filesystem;

namespace {

// transformers names the type that weights are stored in.
const char* dtype_of(const StateDict& weights) {
  const at::ScalarType type = weights.empty() ? at::kFloat : weights.begin()->second.scalar_type();
  return type == at::kHalf ? "float16" : type == at::kBFloat16 ? "bfloat16" : "float32";
}

} // namespace

void write_text_encoder(const fs::path& pipeline, const TextEncoderConfig& config, const StateDict& weights) {
  write_json(pipeline / "text_encoder/config.json", {{"architectures", {"CLIPTextModel"}},
                                                     {"attention_dropout", 0.0},
                                                     // CLIP's vocabularies end with the two special tokens
                                                     {"bos_token_id", config.vocab_size - 2},
                                                     {"eos_token_id", config.vocab_size - 1},
                                                     {"hidden_act", config.hidden_act},
                                                     {"hidden_size", config.hidden_size},
                                                     {"intermediate_size", config.intermediate_size},
                                                     {"layer_norm_eps", 1e-5},
                                                     {"max_position_embeddings", config.max_position_embeddings},
                                                     {"model_type", "clip_text_model"},
                                                     {"num_attention_heads", config.num_attention_heads},
                                                     {"num_hidden_layers", config.num_hidden_layers},
                                                     {"pad_token_id", config.vocab_size - 1},
                                                     {"projection_dim", config.hidden_size},
                                                     {"torch_dtype", dtype_of(weights)},
                                                     {"vocab_size", config.vocab_size}});
  write_state_dict(pipeline / "text_encoder/model.safetensors", weights);
}

TextEncoderConfig read_text_encoder_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "text_encoder/config.json");
  json.require_class("model_type", "clip_text_model");
  json.require_value("architectures", std::vector<std::string>{"CLIPTextModel"});
  json.require_value("layer_norm_eps", 1e-5);
  TextEncoderConfig config;
  config.vocab_size = json.get<std::int64_t>("vocab_size");
  config.hidden_size = json.get<std::int64_t>("hidden_size");
  config.intermediate_size = json.get<std::int64_t>("intermediate_size");
  config.num_hidden_layers = json.get<std::int64_t>("num_hidden_layers");
  config.num_attention_heads = json.get<std::int64_t>("num_attention_heads");
  config.max_position_embeddings = json.get<std::int64_t>("max_position_embeddings");
  config.hidden_act = json.get<std::string>("hidden_act");
  json.check(config);
  return config;
}

StateDict read_text_encoder_weights(const fs::path& pipeline) {
  StateDict weights;
  for (auto& [name, tensor] : read_weights(pipeline / "text_encoder", "model")) {
    // 0, 1, 2, ...: stored by transformers before 4.31, and no weight
    if (!name.ends_with("embeddings.position_ids")) {
      // transformers 5 saves the model without the prefix that its former releases gave it
      weights[name.starts_with("text_model.") ? name : "text_model." + name] = tensor;
    }
  }
  return weights;
}

} // namespace radforge
