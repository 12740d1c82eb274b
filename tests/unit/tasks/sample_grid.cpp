#include "radforge/tasks/sample_grid.hpp"

#include "radforge/core/error.hpp"

#include "random_pipeline.hpp"
#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

namespace {

const std::vector<std::string> prompts{"50 year old male.", "50 year old female.", "50 year old male."};

struct Fixture {
  Fixture()
      : content(write_random_pipeline(folder / "pipeline")), models(content.unet, content.text_encoder, content.autoencoder),
        tokenizer(content.tokenizer) {
    models.load(content);
  }
  SampleGrid::Models parts() const {
    return {tokenizer, models.text_encoder, models.unet, models.autoencoder, content.autoencoder.scaling_factor, {4, 4, 4}};
  }
  SampleGrid grid(std::uint64_t seed = 7) const { return {content.diffusion, sampler, prompts, seed}; }

  TempFolder folder;
  PipelineContent content;
  Pipeline models;
  ClipTokenizer tokenizer;
  SamplerConfig sampler{.steps = 3};
};

} // namespace

TEST_CASE_METHOD(Fixture, "each image is the same whichever part of the grid it is made in") {
  const at::Tensor all = grid().images(parts(), 0, 3);
  REQUIRE(all.sizes() == at::IntArrayRef({3, 1, 16, 16}));
  CHECK(at::equal(grid().images(parts(), 0, 1), all.slice(0, 0, 1)));
  CHECK(at::equal(grid().images(parts(), 1, 2), all.slice(0, 1, 3)));
  CHECK_FALSE(at::equal(all[0], all[2])); // one prompt, two noises
  CHECK_FALSE(at::equal(grid(8).images(parts(), 0, 3), all));
  CHECK_FALSE(all.requires_grad());
}

TEST_CASE_METHOD(Fixture, "guidance and the number of steps change the images") {
  const at::Tensor plain = grid().images(parts(), 0, 1);
  sampler.guidance_scale = 40;
  CHECK_FALSE(at::equal(grid().images(parts(), 0, 1), plain));
  sampler = {.steps = 4};
  CHECK_FALSE(at::equal(grid().images(parts(), 0, 1), plain));
}

TEST_CASE_METHOD(Fixture, "the sampler is the one that the finished run's folder names") {
  content.diffusion.rescale_betas_zero_snr = true;
  const at::Tensor trailing = grid().images(parts(), 0, 1);
  sampler.timestep_spacing = "trailing";
  CHECK(at::equal(grid().images(parts(), 0, 1), trailing));
  sampler.timestep_spacing = "leading";
  CHECK_FALSE(at::equal(grid().images(parts(), 0, 1), trailing));
}

TEST_CASE_METHOD(Fixture,
                 "settings of a sampler that cannot be are refused before training and images that do not exist always") {
  sampler.steps = 1001;
  CHECK_THROWS_AS(grid(), ConfigError);
  sampler.steps = 3;
  CHECK(grid().num_images() == 3);
  CHECK_THROWS_AS(grid().images(parts(), 0, 4), InternalError);
  CHECK_THROWS_AS(grid().images(parts(), -1, 1), InternalError);
  CHECK_THROWS_AS(grid().images(parts(), 0, 0), InternalError);
}
