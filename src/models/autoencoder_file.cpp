#include "radforge/models/pipeline_folder.hpp"

#include "json_config.hpp"
#include "weights_file.hpp"

#include "radforge/nn/state_dict.hpp"

#include <array>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// Files of 2022 name the parts of the middle's attention otherwise than later ones do.
std::string present_name(std::string name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> renamed{
      {{".query.", ".to_q."}, {".key.", ".to_k."}, {".value.", ".to_v."}, {".proj_attn.", ".to_out.0."}}};
  if (name.find(".mid_block.attentions.") != std::string::npos) {
    for (const auto& [old, present] : renamed) {
      if (const std::size_t at = name.find(old); at != std::string::npos) {
        return name.replace(at, old.size(), present);
      }
    }
  }
  return name;
}

} // namespace

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
  write_state_dict(pipeline / "vae/diffusion_pytorch_model.safetensors", weights);
}

AutoencoderConfig read_autoencoder_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "vae/config.json");
  json.require_class("_class_name", "AutoencoderKL");
  AutoencoderConfig config;
  config.in_channels = json.get<std::int64_t>("in_channels");
  config.latent_channels = json.get<std::int64_t>("latent_channels");
  config.block_out_channels = json.get<std::vector<std::int64_t>>("block_out_channels");
  config.layers_per_block = json.get<std::int64_t>("layers_per_block");
  config.norm_num_groups = json.get_or<std::int64_t>("norm_num_groups", 32); // not in the first files
  config.mid_block_add_attention = json.get_or("mid_block_add_attention", true);
  config.sample_size = json.get<std::int64_t>("sample_size");
  config.scaling_factor = json.get_or("scaling_factor", 0.18215); // not in the files of 2022
  const std::size_t levels = config.block_out_channels.size();
  json.require_value("act_fn", "silu");
  json.require_value("down_block_types", std::vector<std::string>(levels, "DownEncoderBlock2D"));
  json.require_value("up_block_types", std::vector<std::string>(levels, "UpDecoderBlock2D"));
  json.require_value("out_channels", config.in_channels);
  json.require_value("use_quant_conv", true);
  json.require_value("use_post_quant_conv", true);
  json.require_known({"act_fn", "down_block_types", "up_block_types", "in_channels", "out_channels", "use_quant_conv",
                      "use_post_quant_conv", "latent_channels", "block_out_channels", "layers_per_block", "norm_num_groups",
                      "mid_block_add_attention", "sample_size", "scaling_factor",
                      "force_upcast"}); // of half precision in another library's hands
  json.check(config);
  return config;
}

StateDict read_autoencoder_weights(const fs::path& pipeline) {
  StateDict weights;
  for (const auto& [name, tensor] : read_weights(pipeline / "vae", "diffusion_pytorch_model")) {
    weights[present_name(name)] = tensor;
  }
  return weights;
}

} // namespace radforge
