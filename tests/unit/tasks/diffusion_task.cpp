#include "radforge/tasks/diffusion_task.hpp"

#include "task_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

TEST_CASE_METHOD(TaskFixture, "a diffusion batch's parts add up, and its randomness is the sample's turn's") {
  DiffusionTask task(diffusion_config(folder / "data", folder / "pipeline"), *dataset, tokenizer_folder());
  check_parts_add_up(task, *dataset);
  CHECK(task.validation_loss_sum(batch_of(*dataset, {3})) == task.validation_loss_sum(batch_of(*dataset, {3})));
  CHECK(task.validation_loss_sum(batch_of(*dataset, {3}, 1)) != task.validation_loss_sum(batch_of(*dataset, {3}, 2)));
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

TEST_CASE_METHOD(TaskFixture, "parts of a diffusion model that do not fit together are refused") {
  DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
  config.unet.cross_attention_dim = 24;
  CHECK_THROWS_WITH(DiffusionTask(config, *dataset, tokenizer_folder()), Catch::Contains("cross_attention_dim 24"));
}
