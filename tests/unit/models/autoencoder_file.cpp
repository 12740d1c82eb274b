#include "radforge/core/error.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/state_dict.hpp"

#include "golden.hpp"
#include "part_files.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

AutoencoderConfig with(const json& changes) { return read_autoencoder_config(PartFolder("vae", changes).path()); }

} // namespace

TEST_CASE("an autoencoder that is not built here is refused by key and value") {
  CHECK_THROWS_WITH(with({{"_class_name", "AutoencoderTiny"}}), Contains("AutoencoderTiny"));
  CHECK_THROWS_WITH(with({{"out_channels", 1}}), Contains("out_channels is 1 (only 3 is supported here)"));
  CHECK_THROWS_WITH(with({{"use_quant_conv", false}}), Contains("use_quant_conv"));
  CHECK_THROWS_WITH(with({{"shift_factor", 0.1}}), Contains("shift_factor"));
  CHECK_THROWS_WITH(with({{"latents_mean", {0.1, 0.2}}}), Contains("latents_mean"));
  CHECK_THROWS_WITH(with({{"norm_num_groups", 48}}), Contains("norm_num_groups"));
  CHECK(with({{"force_upcast", true}, {"shift_factor", nullptr}, {"scaling_factor", 0.5}}).scaling_factor == 0.5);
}

TEST_CASE("an autoencoder's weights under the names of 2022 are those under the present ones") {
  const StateDict weights = under(read_golden("models/vae"), "weights.");
  StateDict old;
  for (const auto& [name, tensor] : weights) {
    std::string former = name;
    const std::size_t at = name.find(".mid_block.attentions.");
    for (const auto& [present, before] :
         {std::pair{".to_q.", ".query."}, {".to_k.", ".key."}, {".to_v.", ".value."}, {".to_out.0.", ".proj_attn."}}) {
      if (at != std::string::npos && name.find(present) != std::string::npos) {
        former.replace(name.find(present), std::string(present).size(), before);
      }
    }
    old[former] = tensor;
  }
  REQUIRE(old.contains("encoder.mid_block.attentions.0.proj_attn.bias"));
  REQUIRE(old.contains("decoder.mid_block.attentions.0.query.weight"));

  const TempFolder folder;
  std::filesystem::create_directories(folder / "vae");
  write_state_dict(folder / "vae/diffusion_pytorch_model.safetensors", old);
  const StateDict read = read_autoencoder_weights(folder.path());
  REQUIRE(read.size() == weights.size());
  for (const auto& [name, tensor] : weights) {
    INFO(name);
    CHECK(at::equal(read.at(name), tensor));
  }
}
