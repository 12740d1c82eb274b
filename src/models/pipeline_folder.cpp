#include "radforge/models/pipeline_folder.hpp"

#include "json_config.hpp"

#include "radforge/nn/state_dict.hpp"

#include <vector>

namespace radforge {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

// The release whose configuration keys these files follow.
constexpr const char* diffusers_version = "0.30.0";

constexpr const char* unet_weights = "unet/diffusion_pytorch_model.safetensors";
constexpr const char* autoencoder_weights = "vae/diffusion_pytorch_model.safetensors";
constexpr const char* text_encoder_weights = "text_encoder/model.safetensors";

} // namespace

void write_unet(const fs::path& pipeline, const UNetConfig& config, const StateDict& weights) {
  write_json(pipeline / "unet/config.json", {{"_class_name", "UNet2DConditionModel"},
                                             {"_diffusers_version", diffusers_version},
                                             {"act_fn", "silu"},
                                             // diffusers keeps the number of heads under this name (its issue 2011)
                                             {"attention_head_dim", config.num_attention_heads},
                                             {"block_out_channels", config.block_out_channels},
                                             {"center_input_sample", false},
                                             {"cross_attention_dim", config.cross_attention_dim},
                                             {"down_block_types", config.down_block_types},
                                             {"downsample_padding", 1},
                                             {"flip_sin_to_cos", true},
                                             {"freq_shift", 0},
                                             {"in_channels", config.in_channels},
                                             {"layers_per_block", config.layers_per_block},
                                             {"mid_block_scale_factor", 1},
                                             {"norm_eps", 1e-5},
                                             {"norm_num_groups", config.norm_num_groups},
                                             {"out_channels", config.out_channels},
                                             {"sample_size", config.sample_size},
                                             {"up_block_types", config.up_block_types},
                                             {"use_linear_projection", config.use_linear_projection}});
  write_state_dict(pipeline / unet_weights, weights);
}

void write_autoencoder(const fs::path& pipeline, const AutoencoderConfig& config, const StateDict& weights) {
  const std::size_t levels = config.block_out_channels.size();
  write_json(pipeline / "vae/config.json", {{"_class_name", "AutoencoderKL"},
                                            {"_diffusers_version", diffusers_version},
                                            {"act_fn", "silu"},
                                            {"block_out_channels", config.block_out_channels},
                                            {"down_block_types", std::vector<std::string>(levels, "DownEncoderBlock2D")},
                                            {"in_channels", config.in_channels},
                                            {"latent_channels", config.latent_channels},
                                            {"layers_per_block", config.layers_per_block},
                                            {"mid_block_add_attention", config.mid_block_add_attention},
                                            {"norm_num_groups", config.norm_num_groups},
                                            {"out_channels", config.in_channels},
                                            {"sample_size", config.sample_size},
                                            {"scaling_factor", config.scaling_factor},
                                            {"up_block_types", std::vector<std::string>(levels, "UpDecoderBlock2D")}});
  write_state_dict(pipeline / autoencoder_weights, weights);
}

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
                                                     {"torch_dtype", "float32"},
                                                     {"vocab_size", config.vocab_size}});
  write_state_dict(pipeline / text_encoder_weights, weights);
}

void write_scheduler(const fs::path& pipeline, const DiffusionConfig& config) {
  write_json(pipeline / "scheduler/scheduler_config.json", {{"_class_name", "DDIMScheduler"},
                                                            {"_diffusers_version", diffusers_version},
                                                            {"beta_end", config.beta_end},
                                                            {"beta_schedule", config.beta_schedule},
                                                            {"beta_start", config.beta_start},
                                                            {"clip_sample", false},
                                                            {"num_train_timesteps", config.num_train_timesteps},
                                                            {"prediction_type", config.prediction_type},
                                                            {"set_alpha_to_one", false},
                                                            {"steps_offset", 1},
                                                            {"timestep_spacing", "leading"}});
}

void write_model_index(const fs::path& pipeline) {
  write_json(pipeline / "model_index.json", {{"_class_name", "StableDiffusionPipeline"},
                                             {"_diffusers_version", diffusers_version},
                                             {"feature_extractor", {nullptr, nullptr}},
                                             {"requires_safety_checker", false},
                                             {"safety_checker", {nullptr, nullptr}},
                                             {"scheduler", {"diffusers", "DDIMScheduler"}},
                                             {"text_encoder", {"transformers", "CLIPTextModel"}},
                                             {"tokenizer", {"transformers", "CLIPTokenizer"}},
                                             {"unet", {"diffusers", "UNet2DConditionModel"}},
                                             {"vae", {"diffusers", "AutoencoderKL"}}});
}

UNetConfig read_unet_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "unet/config.json");
  json.require_class("_class_name", "UNet2DConditionModel");
  UNetConfig config;
  config.in_channels = json.get<std::int64_t>("in_channels");
  config.out_channels = json.get<std::int64_t>("out_channels");
  config.sample_size = json.get<std::int64_t>("sample_size");
  config.down_block_types = json.get<std::vector<std::string>>("down_block_types");
  config.up_block_types = json.get<std::vector<std::string>>("up_block_types");
  config.block_out_channels = json.get<std::vector<std::int64_t>>("block_out_channels");
  config.layers_per_block = json.get<std::int64_t>("layers_per_block");
  config.num_attention_heads = json.get<std::vector<std::int64_t>>("attention_head_dim");
  config.cross_attention_dim = json.get<std::int64_t>("cross_attention_dim");
  config.norm_num_groups = json.get<std::int64_t>("norm_num_groups");
  config.use_linear_projection = json.get_or("use_linear_projection", false);
  return config;
}

AutoencoderConfig read_autoencoder_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "vae/config.json");
  json.require_class("_class_name", "AutoencoderKL");
  AutoencoderConfig config;
  config.in_channels = json.get<std::int64_t>("in_channels");
  config.latent_channels = json.get<std::int64_t>("latent_channels");
  config.block_out_channels = json.get<std::vector<std::int64_t>>("block_out_channels");
  config.layers_per_block = json.get<std::int64_t>("layers_per_block");
  config.norm_num_groups = json.get<std::int64_t>("norm_num_groups");
  config.mid_block_add_attention = json.get_or("mid_block_add_attention", true);
  config.sample_size = json.get<std::int64_t>("sample_size");
  config.scaling_factor = json.get_or("scaling_factor", 0.18215);
  return config;
}

TextEncoderConfig read_text_encoder_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "text_encoder/config.json");
  json.require_class("model_type", "clip_text_model");
  TextEncoderConfig config;
  config.vocab_size = json.get<std::int64_t>("vocab_size");
  config.hidden_size = json.get<std::int64_t>("hidden_size");
  config.intermediate_size = json.get<std::int64_t>("intermediate_size");
  config.num_hidden_layers = json.get<std::int64_t>("num_hidden_layers");
  config.num_attention_heads = json.get<std::int64_t>("num_attention_heads");
  config.max_position_embeddings = json.get<std::int64_t>("max_position_embeddings");
  config.hidden_act = json.get<std::string>("hidden_act");
  return config;
}

DiffusionConfig read_scheduler_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "scheduler/scheduler_config.json");
  DiffusionConfig config;
  config.prediction_type = json.get_or<std::string>("prediction_type", "epsilon");
  config.beta_schedule = json.get<std::string>("beta_schedule");
  config.beta_start = json.get<double>("beta_start");
  config.beta_end = json.get<double>("beta_end");
  config.num_train_timesteps = json.get<std::int64_t>("num_train_timesteps");
  return config;
}

StateDict read_unet_weights(const fs::path& pipeline) { return read_state_dict(pipeline / unet_weights); }
StateDict read_autoencoder_weights(const fs::path& pipeline) { return read_state_dict(pipeline / autoencoder_weights); }
StateDict read_text_encoder_weights(const fs::path& pipeline) { return read_state_dict(pipeline / text_encoder_weights); }

} // namespace radforge
