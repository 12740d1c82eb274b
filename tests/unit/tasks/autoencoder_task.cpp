#include "radforge/tasks/autoencoder_task.hpp"

#include "task_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"

using namespace radforge;

TEST_CASE_METHOD(TaskFixture, "an autoencoder batch's parts add up, and its randomness is the sample's turn's") {
  AutoencoderTask task(autoencoder_config(folder / "data"), *dataset);
  check_parts_add_up(task, *dataset);
  CHECK(task.validate(batch_of(*dataset, {3})).loss == task.validate(batch_of(*dataset, {3})).loss);
  CHECK(task.validate(batch_of(*dataset, {3}, 1)).loss != task.validate(batch_of(*dataset, {3}, 2)).loss);
}

TEST_CASE_METHOD(TaskFixture, "a trained autoencoder is written with the factor that makes its latents of unit deviation") {
  CHECK(read_autoencoder_config(folder / "pipeline").scaling_factor > 0);
  CHECK(read_autoencoder_config(folder / "pipeline").scaling_factor != Approx(0.18215));
  CHECK(read_autoencoder_config(folder / "pipeline").sample_size == 16);
}

TEST_CASE_METHOD(TaskFixture, "an autoencoder that does not fit the images is refused") {
  AutoencoderRunConfig config = autoencoder_config(folder / "data");
  config.autoencoder.in_channels = 3;
  CHECK_THROWS_AS(AutoencoderTask(config, *dataset), ConfigError);
}

TEST_CASE_METHOD(TaskFixture, "a discriminator learns beside the autoencoder, which is told of it from its step on") {
  const AutoencoderRunConfig plain_config = autoencoder_config(folder / "data");
  AutoencoderRunConfig config = plain_config;
  config.loss.adversarial_weight = 0.5;
  config.loss.adversarial_from_step = 3;
  config.loss.discriminator_channels = 8;
  config.loss.discriminator_layers = 2;
  AutoencoderTask plain(plain_config, *dataset);
  AutoencoderTask task(config, *dataset);
  check_parts_add_up(task, *dataset);
  CHECK(task.groups().size() == 2);

  Batch batch = batch_of(*dataset, {0, 1, 2, 4});
  const auto gradient = [&](AutoencoderTask& of, std::int64_t step, const char* prefix) {
    of.parameters().flat_gradient().zero_();
    batch.step = step;
    of.accumulate(batch, 4);
    const FlatRange range = of.parameters().range(prefix);
    return of.parameters().flat_gradient().narrow(0, range.first, range.count).clone();
  };
  const auto largest_difference = [](const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); };
  const at::Tensor without = gradient(plain, 0, "vae.");
  CHECK(largest_difference(gradient(task, 2, "vae."), without) == 0);
  CHECK(largest_difference(gradient(task, 3, "vae."), without) > 1e-6);
  const at::Tensor before = gradient(task, 2, "discriminator.");
  CHECK(before.abs().max().item<double>() > 0);
  CHECK(largest_difference(gradient(task, 3, "discriminator."), before) == 0); // of its own loss alone

  const PartLoss part = task.accumulate(batch, 4);
  CHECK(part.sums.size() == task.num_sums());
  const std::vector<Metric> metrics = task.metrics_of(part.sums, "loss");
  CHECK(metrics.front().name == "loss_pixels");
  CHECK(metrics.back().name == "loss_discriminator");
  CHECK(metrics.back().value == Approx(part.sums.back() / 4));
  // A discriminator that cannot tell says about 0, which costs 1 a side.
  CHECK(metrics.back().value == Approx(2).epsilon(0.5));
}
