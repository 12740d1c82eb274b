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
