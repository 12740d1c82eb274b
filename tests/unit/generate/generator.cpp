#include "radforge/generate/generator.hpp"

#include "radforge/core/error.hpp"

#include "random_pipeline.hpp"
#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <cstdlib>
#include <limits>

using namespace radforge;

namespace {

std::vector<SampleRecord> records(std::int64_t count) {
  std::vector<SampleRecord> all(static_cast<std::size_t>(count));
  for (std::int64_t id = 0; id < count; ++id) {
    all[static_cast<std::size_t>(id)].id = id;
    all[static_cast<std::size_t>(id)].prompt = id % 2 == 0 ? "50 year old male." : "50 year old female.";
  }
  return all;
}

struct Fixture {
  Fixture() {
    write_random_pipeline(folder / "pipeline");
    config.pipeline = folder / "pipeline";
    config.sampler.steps = 3;
  }
  TempFolder folder;
  GenerateConfig config;
};

} // namespace

TEST_CASE_METHOD(Fixture, "an image does not depend on the batch it is made in") {
  config.batch_size = 5;
  std::vector<SampleRecord> together = records(5);
  Generator(config).make_pixels(together);
  CHECK(Generator(config).schema().height == 16);
  REQUIRE(together[0].pixels.size() == 256);

  config.batch_size = 2;
  std::vector<SampleRecord> apart = records(5);
  Generator(config).make_pixels(apart);
  for (std::size_t i = 0; i < 5; ++i) {
    // Kernels may sum in another order for another batch size, which rounding to grey levels can show as one level.
    for (std::size_t j = 0; j < 256; ++j) {
      REQUIRE(std::abs(together[i].pixels[j] - apart[i].pixels[j]) <= 1);
    }
  }
}

TEST_CASE_METHOD(Fixture, "the same configuration gives the same bytes, another seed or prompt others") {
  std::vector<SampleRecord> first = records(2);
  Generator(config).make_pixels(first);
  std::vector<SampleRecord> again = records(2);
  Generator(config).make_pixels(again);
  CHECK(first[1].pixels == again[1].pixels);

  std::vector<SampleRecord> prompted = records(2);
  prompted[1].prompt = "50 year old male.";
  Generator(config).make_pixels(prompted);
  CHECK(first[0].pixels == prompted[0].pixels);
  CHECK(first[1].pixels != prompted[1].pixels);

  config.seed = 2;
  std::vector<SampleRecord> reseeded = records(2);
  Generator(config).make_pixels(reseeded);
  CHECK(first[0].pixels != reseeded[0].pixels);
}

TEST_CASE_METHOD(Fixture, "every sampler makes images that do not depend on their batch") {
  config.sampler.name =
      GENERATE("ddpm", "ddim", "pndm", "euler", "euler_ancestral", "heun", "dpm_solver_2m", "dpm_solver_sde_2m", "unipc");
  INFO(config.sampler.name);
  config.batch_size = 3;
  std::vector<SampleRecord> together = records(3);
  Generator(config).make_pixels(together);
  std::vector<SampleRecord> all = records(3);
  std::vector<SampleRecord> alone{all[2]};
  Generator(config).make_pixels(alone);
  for (std::size_t j = 0; j < 256; ++j) {
    REQUIRE(std::abs(together[2].pixels[j] - alone[0].pixels[j]) <= 1);
  }
}

TEST_CASE_METHOD(Fixture, "the sampler is the folder's unless the configuration names one") {
  const auto pixels = [&] {
    std::vector<SampleRecord> made = records(1);
    Generator(config).make_pixels(made);
    return made[0].pixels;
  };
  const std::vector<std::uint8_t> of_folder = pixels();
  config.sampler.name = "ddim";
  CHECK(pixels() == of_folder);
  config.sampler.eta = 1;
  CHECK(pixels() != of_folder);
  config.sampler.eta = 0;
  config.sampler.name = "euler_ancestral";
  CHECK(pixels() != of_folder);
}

TEST_CASE_METHOD(Fixture, "half precision makes nearly the image of full precision") {
  std::vector<SampleRecord> full = records(2);
  Generator(config).make_pixels(full);
  config.precision = "bf16";
  std::vector<SampleRecord> half = records(2);
  Generator(config).make_pixels(half);
  CHECK(half[0].pixels != full[0].pixels);
  for (std::size_t j = 0; j < 256; ++j) {
    REQUIRE(std::abs(half[0].pixels[j] - full[0].pixels[j]) <= 8); // 3e-2 of the range
  }
}

TEST_CASE_METHOD(Fixture, "images that are not finite are an error and no black pixels") {
  PipelineContent damaged = write_random_pipeline(folder / "damaged");
  damaged.autoencoder_weights["decoder.conv_out.bias"].fill_(std::numeric_limits<float>::quiet_NaN());
  write_pipeline(folder / "damaged", damaged);
  config.pipeline = folder / "damaged";
  std::vector<SampleRecord> made = records(1);
  CHECK_THROWS_AS(Generator(config).make_pixels(made), DivergenceError);
}

TEST_CASE_METHOD(Fixture, "guidance comes from the configuration") {
  const auto pixels = [&] {
    std::vector<SampleRecord> made = records(1);
    Generator(config).make_pixels(made);
    return made[0].pixels;
  };
  config.sampler.guidance_scale = 60;
  const std::vector<std::uint8_t> guided = pixels();
  config.sampler.guidance_rescale = 1;
  CHECK(pixels() != guided);
  config.sampler.guidance_rescale = 0;
  config.sampler.guidance_interval = {.lowest = 1, .highest = 1}; // no timestep reaches 1
  const std::vector<std::uint8_t> outside = pixels();
  CHECK(outside != guided);
  config.sampler.guidance_interval = {};
  config.sampler.guidance_scale = 1;
  CHECK(pixels() == outside);
}

TEST_CASE_METHOD(Fixture, "a sampler that the pipeline does not allow is refused before any image") {
  config.sampler.steps = 1001;
  CHECK_THROWS_WITH(Generator(config), Catch::Contains("sampler.steps"));
  config.sampler.steps = 3;
  config.sampler.sigmas = "karras"; // the folder's DDIM has none
  CHECK_THROWS_WITH(Generator(config), Catch::Contains("sampler.sigmas"));
}

TEST_CASE_METHOD(Fixture, "a pipeline that is not whole is refused by name") {
  std::filesystem::remove(folder / "pipeline/vae/config.json");
  CHECK_THROWS_WITH(Generator(config), Catch::Contains("vae/config.json"));
}
