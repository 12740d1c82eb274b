#include "radforge/tasks/latent_source.hpp"

#include "encoded_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/tasks/encode_alone.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <c10/core/GradMode.h>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

struct LatentFixture : EncodedFixture {
  LatentFixture()
      : config(read_autoencoder_config(folder / "pipeline")), autoencoder(config, ParameterScope(parameters)),
        cached({.sources = {{.dataset = folder / "latents"}}, .augmentation = {}}) {
    parameters.allocate_frozen();
    parameters.load(parameters.flat(), read_autoencoder_weights(folder / "pipeline"));
  }
  LatentSource source(const Mixture& data, std::size_t kept_bytes = 0) const {
    return LatentSource(data, autoencoder, {.seed = 1, .scaling_factor = config.scaling_factor, .kept_bytes = kept_bytes});
  }

  ParameterSet parameters;
  AutoencoderConfig config;
  AutoencoderKL autoencoder;
  Mixture cached;
};

} // namespace

TEST_CASE_METHOD(LatentFixture, "latents that were read are bit for bit those of images that are encoded") {
  LatentSource online = source(*dataset);
  LatentSource read = source(cached);
  const at::Tensor latents = online.latents(batch_of(*dataset, {0, 1, 2, 5, 9}, 3));
  CHECK(latents.sizes() == at::IntArrayRef({5, 4, 4, 4}));
  CHECK(at::equal(latents, read.latents(batch_of(cached, {0, 1, 2, 5, 9}, 3))));
  CHECK_FALSE(at::equal(latents, read.latents(batch_of(cached, {0, 1, 2, 5, 9}, 4)))); // another point of the posterior
}

TEST_CASE_METHOD(LatentFixture, "the bits of an image's latent do not depend on its batch or on what is kept") {
  LatentSource fresh = source(*dataset);
  const at::Tensor together = fresh.latents(batch_of(*dataset, {7, 0, 3}));
  for (const std::size_t kept_bytes : {std::size_t{0}, std::size_t{1100}, std::size_t{1} << 20}) {
    LatentSource keeping = source(*dataset, kept_bytes);
    for (int time = 0; time < 2; ++time) { // encoded, then kept
      CHECK(
          at::equal(at::cat({keeping.latents(batch_of(*dataset, {7})), keeping.latents(batch_of(*dataset, {0, 3}))}), together));
    }
  }
  CHECK(at::equal(fresh.latents(batch_of(*dataset, {3, 7}))[1], together[0]));
}

TEST_CASE_METHOD(LatentFixture, "moments are kept as far as there is room, and not where they were read") {
  constexpr std::size_t image = 8 * 4 * 4 * sizeof(float);
  LatentSource two = source(*dataset, 2 * image + 100);
  two.latents(batch_of(*dataset, {0, 1, 2, 4}));
  CHECK(two.kept_bytes() == 2 * image);
  two.latents(batch_of(*dataset, {5, 6}));
  CHECK(two.kept_bytes() == 2 * image);
  LatentSource none = source(*dataset);
  none.latents(batch_of(*dataset, {0, 1}));
  CHECK(none.kept_bytes() == 0);
  LatentSource read = source(cached, 100 * image);
  read.latents(batch_of(cached, {0, 1}));
  CHECK(read.kept_bytes() == 0);
}

TEST_CASE_METHOD(LatentFixture, "an image is encoded alone as in a batch of one") {
  const Batch batch = batch_of(*dataset, {4});
  at::Tensor image = at::empty({1, 1, 16, 16}, at::kFloat);
  for (std::int64_t i = 0; i < 256; ++i) {
    image.view({256})[i] = static_cast<float>(batch.values[static_cast<std::size_t>(i)]) / 127.5F - 1;
  }
  const c10::NoGradGuard no_grad;
  const at::Tensor moments = encode_alone(autoencoder, at::cat({image, image.neg()}));
  const LatentMoments expected = autoencoder.encode(image);
  CHECK(moments.sizes() == at::IntArrayRef({2, 8, 4, 4}));
  CHECK(at::equal(moments[0], at::cat({expected.mean, expected.log_variance}, 1)[0]));
}

TEST_CASE_METHOD(LatentFixture, "latents in half precision are those of single precision, rounded") {
  write("half", "fp16");
  const Mixture half({.sources = {{.dataset = folder / "half"}}, .augmentation = {}});
  CHECK(half.schema().num_bytes() * 2 == cached.schema().num_bytes());
  LatentSource exact = source(cached);
  LatentSource rounded = source(half);
  const at::Tensor latents = exact.latents(batch_of(cached, {0, 1, 2}));
  const at::Tensor difference = rounded.latents(batch_of(half, {0, 1, 2})).sub(latents).abs();
  CHECK(difference.max().item<double>() > 0);
  CHECK(difference.max().item<double>() < 2e-3 * latents.abs().max().item<double>());
}

TEST_CASE_METHOD(LatentFixture, "latents of another autoencoder are refused by both digests") {
  require_made_by(cached.schema(), folder / "pipeline"); // the same weights in another folder
  StateDict weights = read_autoencoder_weights(folder / "pipeline");
  weights["encoder.conv_in.bias"] = weights["encoder.conv_in.bias"].add(1e-3);
  write_autoencoder(folder / "other", config, weights);
  const auto problem = [&] {
    try {
      require_made_by(cached.schema(), folder / "other");
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  DatasetSchema theirs = cached.schema();
  CHECK_THAT(problem(), Contains("another autoencoder") && Contains(theirs.encoding.model_digest));
  AutoencoderConfig scaled = config;
  scaled.scaling_factor *= 2;
  write_autoencoder(folder / "other", scaled, read_autoencoder_weights(folder / "pipeline"));
  CHECK_THAT(problem(), Contains("a scaling factor of"));
}
