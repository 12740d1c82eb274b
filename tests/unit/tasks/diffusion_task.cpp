#include "radforge/tasks/diffusion_task.hpp"

#include "encoded_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/scheduler_file.hpp"

#include <ATen/ops/equal.h>

#include <cmath>

using namespace radforge;

TEST_CASE_METHOD(TaskFixture, "a diffusion batch's parts add up, and its randomness is the sample's turn's") {
  DiffusionTask task(diffusion_config(folder / "data", folder / "pipeline"), *dataset, tokenizer_folder());
  check_parts_add_up(task, *dataset);
  CHECK(task.validate(batch_of(*dataset, {3})).loss == task.validate(batch_of(*dataset, {3})).loss);
  CHECK(task.validate(batch_of(*dataset, {3}, 1)).loss != task.validate(batch_of(*dataset, {3}, 2)).loss);
}

TEST_CASE_METHOD(TaskFixture, "perturbations and weights of the objective change the training loss and no validation loss") {
  const auto losses = [&](const DiffusionConfig& objective) {
    DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
    config.diffusion = objective;
    DiffusionTask task(config, *dataset, tokenizer_folder());
    const Batch batch = batch_of(*dataset, {0, 1, 2, 4});
    return std::pair(task.accumulate(batch, 4).loss, task.validate(batch).loss);
  };
  const auto [plain_training, plain_validation] = losses({.caption_dropout = 0});
  CHECK(plain_training == Approx(plain_validation));
  DiffusionConfig objective{.caption_dropout = 0};
  SECTION("min-SNR weights") { objective.min_snr_gamma = 0.5; }
  SECTION("noise offset") { objective.noise_offset = 0.3; }
  SECTION("input perturbation") { objective.input_perturbation = 0.3; }
  const auto [training, validation] = losses(objective);
  CHECK(std::abs(training / plain_training - 1) > 1e-4);
  CHECK(validation == plain_validation);
}

TEST_CASE_METHOD(TaskFixture, "min-SNR weights are those of each sample's timestep") {
  DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
  config.diffusion.caption_dropout = 0;
  DiffusionTask plain(config, *dataset, tokenizer_folder());
  config.diffusion.min_snr_gamma = 2;
  DiffusionTask weighted(config, *dataset, tokenizer_folder());
  const NoiseSchedule schedule(config.diffusion);
  for (const std::int64_t id : {0, 1, 2}) {
    const RandomKey key{static_cast<std::uint64_t>(config.seed), Stream::timestep, static_cast<std::uint64_t>(id), 0};
    const double a = schedule.alpha_cumprod(uniform_below(key, 1000));
    const double snr = a / (1 - a);
    const Batch batch = batch_of(*dataset, {id});
    CHECK(weighted.accumulate(batch, 1).loss ==
          Approx(plain.accumulate(batch, 1).loss * std::min(snr, 2.0) / (snr + 1)).epsilon(1e-5));
  }
}

TEST_CASE_METHOD(TaskFixture, "a run with zero terminal SNR writes a scheduler of that kind") {
  DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
  config.diffusion.rescale_betas_zero_snr = true;
  DiffusionTask task(config, *dataset, tokenizer_folder());
  CHECK(std::isfinite(task.accumulate(batch_of(*dataset, {0, 1, 2, 4}), 4).loss));
  task.write_result(folder / "result", task.parameters().flat());
  CHECK(read_scheduler_config(folder / "result").rescale_betas_zero_snr);
  CHECK(read_sampler_config(folder / "result").timestep_spacing == "trailing");
}

TEST_CASE_METHOD(TaskFixture, "both UNet and text encoder get gradients, the autoencoder none") {
  DiffusionTask task(diffusion_config(folder / "data", folder / "pipeline"), *dataset, tokenizer_folder());
  task.accumulate(batch_of(*dataset, {0, 1, 2, 4}), 4);
  const StateDict gradients = task.parameters().views(task.parameters().flat_gradient());
  CHECK(gradients.at("unet.conv_in.weight").abs().max().item<float>() > 0);
  CHECK(gradients.at("text_encoder.text_model.embeddings.token_embedding.weight").abs().max().item<float>() > 0);
  for (const auto& [name, gradient] : gradients) {
    CHECK_FALSE(name.starts_with("vae"));
  }
}

TEST_CASE_METHOD(TaskFixture, "a diffusion run writes a whole pipeline folder that can be read back") {
  DiffusionTask task(diffusion_config(folder / "data", folder / "pipeline"), *dataset, tokenizer_folder());
  task.write_result(folder / "result", task.parameters().flat());
  const StateDict unet = read_unet_weights(folder / "result");
  CHECK(at::equal(unet.at("conv_in.weight"), task.parameters().views(task.parameters().flat()).at("unet.conv_in.weight")));
  CHECK(read_unet_config(folder / "result").num_attention_heads == std::vector<std::int64_t>({1, 2}));
  CHECK(read_unet_config(folder / "result").sample_size == 4);
  CHECK(read_text_encoder_config(folder / "result").vocab_size == ClipTokenizer(folder / "result/tokenizer").vocab_size());
  CHECK(read_scheduler_config(folder / "result").prediction_type == "v_prediction");
  CHECK(std::filesystem::exists(folder / "result/model_index.json"));
}

TEST_CASE_METHOD(TaskFixture, "a part that does not learn has no gradient, no group, and the weights it began with") {
  DiffusionTask both(diffusion_config(folder / "data", folder / "pipeline"), *dataset, tokenizer_folder());
  both.write_result(folder / "start", both.parameters().flat());

  DiffusionRunConfig config = diffusion_config(folder / "data", "");
  config.pipeline = folder / "start";
  config.parts.text_encoder.train = false;
  config.parts.unet.learning_rate_scale = 0.5;
  DiffusionTask task(config, *dataset, folder / "start/tokenizer");
  CHECK(task.groups().size() == 1);
  CHECK(task.groups()[0].learning_rate_scale == 0.5);
  CHECK(task.groups()[0].range == task.parameters().range("unet."));
  for (const auto& entry : task.parameters().entries()) {
    CHECK(entry.name.starts_with("unet."));
  }
  const Batch batch = batch_of(*dataset, {0, 1, 2, 4});
  // It starts from the pipeline's weights; a frozen text encoder takes each prompt alone.
  CHECK(task.accumulate(batch, 4).loss == Approx(both.accumulate(batch, 4).loss).epsilon(1e-6));
  task.parameters().flat().add_(0.01);
  task.write_result(folder / "result", task.parameters().flat());
  const StateDict began = read_text_encoder_weights(folder / "start");
  for (const auto& [name, tensor] : read_text_encoder_weights(folder / "result")) {
    CHECK(at::equal(tensor, began.at(name)));
  }
}

TEST_CASE_METHOD(TaskFixture, "a part that learns for some steps has no gradient after them") {
  DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
  config.parts.text_encoder.until_step = 3;
  DiffusionTask task(config, *dataset, tokenizer_folder());
  Batch batch = batch_of(*dataset, {0, 1, 2, 4});
  const auto largest = [&](std::int64_t step, const char* prefix) {
    task.parameters().flat_gradient().zero_();
    batch.step = step;
    task.accumulate(batch, 4);
    const FlatRange range = task.parameters().range(prefix);
    return task.parameters().flat_gradient().narrow(0, range.first, range.count).abs().max().item<double>();
  };
  CHECK(largest(2, "text_encoder.") > 0);
  CHECK(largest(3, "text_encoder.") == 0);
  CHECK(largest(3, "unet.") > 0);
}

TEST_CASE_METHOD(TaskFixture, "in bf16 the loss and its gradient are those of fp32 to its precision") {
  DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
  DiffusionTask fp32(config, *dataset, tokenizer_folder());
  config.train.precision = "bf16";
  DiffusionTask bf16(config, *dataset, tokenizer_folder());
  const Batch batch = batch_of(*dataset, {0, 1, 2, 4});
  const double loss = fp32.accumulate(batch, 4).loss;
  const double rounded = bf16.accumulate(batch, 4).loss;
  CHECK(rounded != loss);
  CHECK(rounded == Approx(loss).epsilon(0.02));
  const at::Tensor difference = bf16.parameters().flat_gradient().sub(fp32.parameters().flat_gradient());
  CHECK(difference.norm().item<double>() < 0.1 * fp32.parameters().flat_gradient().norm().item<double>());
}

TEST_CASE_METHOD(TaskFixture, "parts of a diffusion model that do not fit together are refused") {
  DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
  config.unet.cross_attention_dim = 24;
  CHECK_THROWS_WITH(DiffusionTask(config, *dataset, tokenizer_folder()), Catch::Contains("cross_attention_dim 24"));

  config = diffusion_config(folder / "data", folder / "pipeline");
  config.text_encoder.vocab_size = 3;
  CHECK_THROWS_WITH(DiffusionTask(config, *dataset, tokenizer_folder()), Catch::Contains("text_encoder.vocab_size is 3"));
  config.text_encoder.vocab_size = 5000; // room for tokens that the vocabulary does not have yet
  CHECK(DiffusionTask(config, *dataset, tokenizer_folder()).parameters().num_parameters() >
        5000 * config.text_encoder.hidden_size);

  config = diffusion_config(folder / "data", folder / "pipeline");
  config.unet.block_out_channels = {8, 8, 8, 8};
  config.unet.down_block_types = {"DownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"};
  config.unet.up_block_types = {"UpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"};
  config.unet.num_attention_heads = {1, 1, 1, 1};
  CHECK_THROWS_WITH(DiffusionTask(config, *dataset, tokenizer_folder()), Catch::Contains("sides that divide by 32"));
}

TEST_CASE_METHOD(EncodedFixture, "on latents a diffusion run takes the losses and gradients of images bit for bit") {
  const Mixture latents(run_on("latents").data);
  const bool text_encoder_learns = GENERATE(true, false);
  const auto task_on = [&](const std::string& data, const Mixture& mixture) {
    DiffusionRunConfig config = run_on(data);
    config.parts.text_encoder.train = text_encoder_learns;
    return std::make_unique<DiffusionTask>(config, mixture, folder / "whole/tokenizer");
  };
  const auto online = task_on("data", *dataset);
  const auto cached = task_on("latents", latents);
  for (const std::uint32_t epoch : {0U, 1U}) {
    const double loss = online->accumulate(batch_of(*dataset, {0, 1, 2, 4, 5}, epoch), 5).loss;
    CHECK(loss == cached->accumulate(batch_of(latents, {0, 1, 2, 4, 5}, epoch), 5).loss);
    CHECK(loss > 0);
    CHECK(online->validate(batch_of(*dataset, {3, 7}, epoch)).loss == cached->validate(batch_of(latents, {3, 7}, epoch)).loss);
  }
  CHECK(at::equal(online->parameters().flat_gradient(), cached->parameters().flat_gradient()));
  cached->write_result(folder / "result", cached->parameters().flat());
  CHECK(read_unet_config(folder / "result").sample_size == 4);
}

TEST_CASE_METHOD(EncodedFixture, "latents and text states that other models made are refused") {
  const Mixture latents(run_on("latents").data);
  AutoencoderRunConfig again = autoencoder_config(folder / "data");
  again.seed = 2;
  AutoencoderTask other(again, *dataset);
  other.write_result(folder / "other", other.parameters().flat());
  DiffusionRunConfig config = run_on("latents");
  config.autoencoder = folder / "other";
  const auto make = [&] { DiffusionTask(config, latents, folder / "whole/tokenizer"); };
  CHECK_THROWS_AS(make(), ConfigError);
  CHECK_THROWS_WITH(make(), Catch::Contains(latents.schema().encoding.model_digest) && Catch::Contains("another autoencoder"));

  DiffusionTask moved(run_on("data"), *dataset, folder / "whole/tokenizer");
  moved.parameters().flat().add_(0.01);
  moved.write_result(folder / "moved", moved.parameters().flat());
  config = run_on("latents");
  config.pipeline = folder / "moved";
  config.autoencoder = folder / "whole";
  make(); // a text encoder that learns has no use for them
  config.parts.text_encoder.train = false;
  CHECK_THROWS_AS(make(), ConfigError);
  CHECK_THROWS_WITH(make(), Catch::Contains("another text encoder"));
}

TEST_CASE_METHOD(EncodedFixture, "an autoencoder does not learn from latents") {
  const Mixture latents(run_on("latents").data);
  const auto make = [&] { AutoencoderTask(autoencoder_config(folder / "latents"), latents); };
  CHECK_THROWS_AS(make(), ConfigError);
  CHECK_THROWS_WITH(make(), Catch::Contains("the data hold latents"));
}
