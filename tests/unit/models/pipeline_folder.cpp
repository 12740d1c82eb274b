#include "radforge/models/pipeline_folder.hpp"

#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/unet.hpp"

#include "torch_catch.hpp"

#include <fmt/ranges.h>

#include <fstream>
#include <set>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

/// The lines "name shape" of a set, without memory for its tensors.
std::set<std::string> lines_of(const ParameterSet& parameters) {
  std::set<std::string> lines;
  for (const ParameterSet::Entry& entry : parameters.entries()) {
    lines.insert(fmt::format("{} {}", entry.name, fmt::join(entry.shape, "x")));
  }
  return lines;
}

std::set<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.insert(line);
  }
  return lines;
}

struct Published {
  const char* folder;
  std::int64_t unet;
  std::int64_t autoencoder;
  std::int64_t text_encoder;
};

} // namespace

TEST_CASE("the published configurations give every tensor of the published files by name and shape") {
  const Published model = GENERATE(Published{"sd21_base", 865'910'724, 83'653'863, 340'387'840},
                                   Published{"sd15", 859'520'964, 83'653'863, 123'060'480});
  const fs::path folder = fs::path(RADFORGE_GOLDEN_DIR) / "models" / model.folder;
  INFO(folder);

  ParameterSet unet;
  const UNet unet_model(read_unet_config(folder), ParameterScope(unet));
  CHECK(unet.num_parameters() == model.unet);
  CHECK(lines_of(unet) == lines_of(folder / "unet/tensors.txt"));

  ParameterSet autoencoder;
  const AutoencoderKL autoencoder_model(read_autoencoder_config(folder), ParameterScope(autoencoder));
  CHECK(autoencoder.num_parameters() == model.autoencoder);
  CHECK(lines_of(autoencoder) == lines_of(folder / "vae/tensors.txt"));

  ParameterSet text_encoder;
  const ClipTextEncoder text_encoder_model(read_text_encoder_config(folder), ParameterScope(text_encoder));
  CHECK(text_encoder.num_parameters() == model.text_encoder);
  CHECK(lines_of(text_encoder) == lines_of(folder / "text_encoder/tensors.txt"));
}

TEST_CASE("what the files of a published model do not say has its default") {
  const fs::path folder = fs::path(RADFORGE_GOLDEN_DIR) / "models";
  CHECK(read_autoencoder_config(folder / "sd21_base").scaling_factor == 0.18215);
  CHECK(read_unet_config(folder / "sd21_base").num_attention_heads == std::vector<std::int64_t>{5, 10, 20, 20});
  CHECK(read_unet_config(folder / "sd15").num_attention_heads == std::vector<std::int64_t>{8, 8, 8, 8});
  CHECK_FALSE(read_unet_config(folder / "sd15").use_linear_projection);
  CHECK(read_text_encoder_config(folder / "sd15").hidden_act == "quick_gelu");
}
