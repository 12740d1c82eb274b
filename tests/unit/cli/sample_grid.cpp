#include "radforge/tasks/sample_grid.hpp"

#include "radforge/generate/generator.hpp"
#include "radforge/nn/image_grid.hpp"

#include "random_pipeline.hpp"
#include "temp_folder.hpp"
#include "torch_catch.hpp"

using namespace radforge;

// Here, because neither module may include the other.
TEST_CASE("the grid of a training run shows what generation makes of the same ids and prompts") {
  const TempFolder folder;
  const PipelineContent content = write_random_pipeline(folder / "pipeline");
  GenerateConfig config;
  config.pipeline = folder / "pipeline";
  config.sampler.steps = 3;
  config.seed = 7;
  config.batch_size = 1;
  std::vector<SampleRecord> records(3);
  std::vector<std::string> prompts{"50 year old male.", "50 year old female.", "50 year old male."};
  for (std::size_t i = 0; i < 3; ++i) {
    records[i].id = static_cast<std::int64_t>(i);
    records[i].prompt = prompts[i];
  }
  Generator(config).make_pixels(records);

  Pipeline models(content.unet, content.text_encoder, content.autoencoder);
  models.load(content);
  const ClipTokenizer tokenizer(content.tokenizer);
  const SampleGrid grid(content.diffusion, config.sampler, prompts, 7);
  const at::Tensor bytes = image_bytes(grid.images(
      {tokenizer, models.text_encoder, models.unet, models.autoencoder, content.autoencoder.scaling_factor, {4, 4, 4}}, 0, 3));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto* pixels = bytes[static_cast<std::int64_t>(i)].const_data_ptr<std::uint8_t>();
    CHECK(records[i].pixels == std::vector<std::uint8_t>(pixels, pixels + 256));
  }
}
