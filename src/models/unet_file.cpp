#include "radforge/models/pipeline_folder.hpp"

#include "json_config.hpp"
#include "weights_file.hpp"

#include "radforge/nn/state_dict.hpp"

namespace radforge {

namespace fs = std::filesystem;

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
                                             {"upcast_attention", config.upcast_attention},
                                             {"use_linear_projection", config.use_linear_projection}});
  write_state_dict(pipeline / "unet/diffusion_pytorch_model.safetensors", weights);
}

UNetConfig read_unet_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "unet/config.json");
  json.require_class("_class_name", "UNet2DConditionModel");
  json.require_value("act_fn", "silu");
  json.require_value("attention_type", "default");
  json.require_value("center_input_sample", false);
  json.require_value("conv_in_kernel", 3);
  json.require_value("conv_out_kernel", 3);
  json.require_value("downsample_padding", 1);
  json.require_value("dropout", 0.0);
  json.require_value("flip_sin_to_cos", true);
  json.require_value("freq_shift", 0);
  json.require_value("mid_block_scale_factor", 1);
  json.require_value("mid_block_type", "UNetMidBlock2DCrossAttn");
  json.require_value("norm_eps", 1e-5);
  json.require_value("resnet_out_scale_factor", 1.0);
  json.require_value("resnet_time_scale_shift", "default");
  json.require_value("time_embedding_type", "positional");
  json.require_value("transformer_layers_per_block", 1);
  json.require_known({"act_fn",
                      "attention_type",
                      "center_input_sample",
                      "conv_in_kernel",
                      "conv_out_kernel",
                      "downsample_padding",
                      "dropout",
                      "flip_sin_to_cos",
                      "freq_shift",
                      "mid_block_scale_factor",
                      "mid_block_type",
                      "norm_eps",
                      "resnet_out_scale_factor",
                      "resnet_time_scale_shift",
                      "time_embedding_type",
                      "transformer_layers_per_block",
                      "in_channels",
                      "out_channels",
                      "sample_size",
                      "down_block_types",
                      "up_block_types",
                      "block_out_channels",
                      "layers_per_block",
                      "attention_head_dim",
                      "num_attention_heads",
                      "cross_attention_dim",
                      "norm_num_groups",
                      "use_linear_projection",
                      "upcast_attention",
                      "addition_embed_type_num_heads"}); // the last has no effect without an addition_embed_type
  UNetConfig config;
  config.in_channels = json.get<std::int64_t>("in_channels");
  config.out_channels = json.get<std::int64_t>("out_channels");
  config.sample_size = json.get<std::int64_t>("sample_size");
  config.down_block_types = json.get<std::vector<std::string>>("down_block_types");
  config.up_block_types = json.get<std::vector<std::string>>("up_block_types");
  config.block_out_channels = json.get<std::vector<std::int64_t>>("block_out_channels");
  config.layers_per_block = json.get<std::int64_t>("layers_per_block");
  config.num_attention_heads = json.per_block(json.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim",
                                              config.block_out_channels.size());
  config.cross_attention_dim = json.get<std::int64_t>("cross_attention_dim");
  config.norm_num_groups = json.get_or<std::int64_t>("norm_num_groups", 32); // not in the first files
  config.use_linear_projection = json.get_or("use_linear_projection", false);
  config.upcast_attention = json.get_or("upcast_attention", false);
  json.check(config);
  return config;
}

StateDict read_unet_weights(const fs::path& pipeline) { return read_weights(pipeline / "unet", "diffusion_pytorch_model"); }

} // namespace radforge
