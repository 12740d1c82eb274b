#include "radforge/core/error.hpp"

#include "ldm_golden.hpp"

#include <ATen/ops/zeros.h>

using namespace radforge;
using Catch::Contains;

namespace {

StateDict tiny(const std::string& name) { return read_ldm_golden(name).tensors; }

StateDict without(StateDict tensors, const std::string& part) {
  std::erase_if(tensors, [&](const auto& entry) { return entry.first.find(part) != std::string::npos; });
  return tensors;
}

StateDict with(StateDict tensors, const std::string& name, at::IntArrayRef shape) {
  tensors[name] = at::zeros(shape, at::kFloat);
  return tensors;
}

std::string message(const StateDict& tensors, LdmWeights weights = LdmWeights::trained) {
  try {
    read_ldm_checkpoint(tensors, "model.safetensors", weights);
  } catch (const DataError& error) {
    CHECK_THAT(error.what(), Contains("model.safetensors"));
    return error.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("An LDM checkpoint that lacks a part is refused by the part's name") {
  CHECK_THAT(message(without(tiny("tiny_sd1"), "model.diffusion_model.")), Contains("no UNet") && !Contains("no autoencoder"));
  CHECK_THAT(message(without(tiny("tiny_sd1"), "first_stage_model.")),
             Contains("no autoencoder") && !Contains("no text encoder"));
  CHECK_THAT(message(without(tiny("tiny_sd1"), "cond_stage_model.")), Contains("no text encoder") && !Contains("no UNet"));
  CHECK_THAT(message({}), Contains("no UNet") && Contains("no autoencoder") && Contains("no text encoder"));
}

TEST_CASE("Files of other models are refused by what they seem to be") {
  const auto [name, kind] = GENERATE(table<std::string, std::string>({
      {"lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight", "LoRA"},
      {"unet.down_blocks.0.attentions.0.proj_in.lora_A.weight", "LoRA"},
      {"conditioner.embedders.1.model.ln_final.weight", "Stable Diffusion XL"},
      {"model.diffusion_model.joint_blocks.0.x_block.attn.proj.weight", "Stable Diffusion 3"},
      {"model.diffusion_model.double_blocks.0.img_attn.proj.weight", "Flux"},
      {"double_blocks.0.img_attn.proj.weight", "Flux"},
      {"control_model.time_embed.0.weight", "ControlNet"},
      {"down_blocks.0.resnets.0.conv1.weight", "diffusers' names"},
  }));
  CHECK_THAT(message(with({}, name, {1})), Contains(kind) && Contains(name) && Contains("not supported"));
  // Also beside what such a file shares with Stable Diffusion 1.x.
  CHECK_THAT(message(with(tiny("tiny_sd1"), name, {1})), Contains(kind) && Contains("not supported"));
}

TEST_CASE("Missing and unexpected and integer tensors of an LDM checkpoint are listed together") {
  StateDict tensors = tiny("tiny_sd1");
  tensors.erase("model.diffusion_model.input_blocks.1.0.in_layers.0.weight");
  tensors.erase("first_stage_model.decoder.mid.attn_1.v.bias");
  tensors.erase("cond_stage_model.transformer.text_model.encoder.layers.1.self_attn.k_proj.weight");
  tensors["model.diffusion_model.label_emb.0.0.weight"] = at::zeros({4});
  tensors["model.diffusion_model.middle_block.1.transformer_blocks.1.norm1.weight"] = at::zeros({4});
  tensors["model_ema.cond_stagelogit_scale"] = at::zeros({4});
  tensors["scale_factor"] = at::zeros({2});
  tensors["first_stage_model.quant_conv.weight"] = at::zeros({8, 8, 1, 1}, at::kLong);
  tensors["embedding_manager.initial"] = at::zeros({4});
  const std::string text = message(tensors);
  CHECK_THAT(text, Contains("'model.diffusion_model.input_blocks.1.0.in_layers.0.weight' is missing"));
  CHECK_THAT(text, Contains("'first_stage_model.decoder.mid.attn_1.v.bias' is missing"));
  CHECK_THAT(text, Contains("layers.1.self_attn.k_proj.weight' is missing"));
  CHECK_THAT(text, Contains("'model.diffusion_model.label_emb.0.0.weight' is unexpected"));
  CHECK_THAT(text, Contains("'model.diffusion_model.middle_block.1.transformer_blocks.1.norm1.weight' is unexpected"));
  CHECK_THAT(text, Contains("'model_ema.cond_stagelogit_scale' is unexpected"));
  CHECK_THAT(text, Contains("'scale_factor' is unexpected"));
  CHECK_THAT(text, Contains("'embedding_manager.initial' is unexpected"));
  CHECK_THAT(text, Contains("'first_stage_model.quant_conv.weight' has integers"));
}

TEST_CASE("All of many problems of an LDM checkpoint are listed and counted") {
  StateDict tensors = tiny("tiny_sd1");
  for (int i = 0; i < 23; ++i) {
    tensors["unknown." + std::to_string(100 + i)] = at::zeros({1});
  }
  CHECK_THAT(message(tensors), Contains("(23 differences)") && Contains("unknown.100") && Contains("unknown.122"));
}

TEST_CASE("An LDM checkpoint with part of the averaged weights is read without them only") {
  StateDict tensors = tiny("tiny_sd1");
  REQUIRE(tensors.erase("model_ema.diffusion_modelout0weight") == 1);
  CHECK(message(tensors) == "no error");
  CHECK_THAT(message(tensors, LdmWeights::averaged), Contains("'model_ema.diffusion_modelout0weight' is missing"));
}

TEST_CASE("Two text encoders in an LDM checkpoint are refused") {
  CHECK_THAT(message(with(tiny("tiny_sd2"), "cond_stage_model.transformer.text_model.final_layer_norm.weight", {4})),
             Contains("'cond_stage_model.transformer.text_model.final_layer_norm.weight' is unexpected"));
}

TEST_CASE("LDM tensors that give the configuration must be there") {
  const std::string unet = "model.diffusion_model.";
  const std::string vae = "first_stage_model.";
  const std::map<std::string, std::vector<std::string>> names{
      {"tiny_sd1",
       {
           unet + "input_blocks.0.0.weight",
           unet + "input_blocks.1.0.in_layers.2.weight",
           unet + "out.2.weight",
           unet + "middle_block.1.transformer_blocks.0.attn2.to_k.weight",
           unet + "middle_block.1.proj_in.weight",
           vae + "encoder.conv_in.weight",
           vae + "decoder.conv_in.weight",
           vae + "encoder.down.0.block.0.conv1.weight",
           "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
           "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight",
           "cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight",
       }},
      {"tiny_sd2",
       {
           "cond_stage_model.model.positional_embedding",
           "cond_stage_model.model.transformer.resblocks.0.mlp.c_fc.weight",
       }},
  };
  for (const auto& [file, needed] : names) {
    const StateDict whole = tiny(file);
    for (const std::string& name : needed) {
      StateDict tensors = whole;
      REQUIRE(tensors.erase(name) == 1);
      CHECK_THAT(message(tensors), Contains("'" + name + "' is missing (the model's configuration follows from its shape)"));
    }
  }
}

TEST_CASE("LDM tensors that give the configuration must have their dimensions") {
  const std::string name = "model.diffusion_model.out.2.weight";
  CHECK_THAT(message(with(tiny("tiny_sd1"), name, {})), Contains("'" + name + "' has the shape []"));
  CHECK_THAT(message(with(tiny("tiny_sd1"), name, {0, 4})), Contains("'" + name + "' has the shape [0, 4]"));
}

TEST_CASE("LDM shapes from which no supported model follows are refused") {
  const std::string unet = "model.diffusion_model.";
  CHECK_THAT(message(with(tiny("tiny_sd1"), unet + "input_blocks.1.0.in_layers.2.weight", {40, 32, 3, 3})),
             Contains("40 channels") && Contains("multiple of 32"));
  CHECK_THAT(message(with(tiny("tiny_sd2"), unet + "input_blocks.2.0.in_layers.2.weight", {96, 64, 3, 3})),
             Contains("96 channels") && Contains("multiple of 64"));
  CHECK_THAT(message(without(tiny("tiny_sd2"), "input_blocks.8.0")), Contains("1 residual blocks, the first has 2"));
  CHECK_THAT(message(with(tiny("tiny_sd1"), "first_stage_model.encoder.down.1.block.0.conv1.weight", {40, 32, 3, 3})),
             Contains("level 1 of the autoencoder has 40 channels"));
  CHECK_THAT(message(with(tiny("tiny_sd2"), "cond_stage_model.model.token_embedding.weight", {99, 100})),
             Contains("the width 100") && Contains("multiple of 64"));
  CHECK_THAT(message(with(tiny("tiny_sd2"), "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight", {128, 128})),
             Contains("resblocks.0.attn.in_proj_weight") && Contains("multiple of 3"));
}

TEST_CASE("A wrong shape in an LDM checkpoint is left to the model to report") {
  const std::string name = "first_stage_model.encoder.mid.attn_1.q.weight";
  const LdmCheckpoint checkpoint = read_ldm_checkpoint(with(tiny("tiny_sd1"), name, {64, 64, 3, 3}), "model.safetensors");
  CHECK(checkpoint.autoencoder.at("encoder.mid_block.attentions.0.to_q.weight").dim() == 4);
}
