#pragma once

#include "radforge/tasks/autoencoder_task.hpp"
#include "radforge/tasks/diffusion_task.hpp"

#include "temp_folder.hpp"
#include "tiny_dataset.hpp"

#include "torch_catch.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace radforge {

inline Batch batch_of(const Mixture& dataset, const std::vector<std::int64_t>& ids, std::uint32_t epoch = 0) {
  Batch batch;
  for (const std::int64_t id : ids) {
    batch.turns.push_back({id, epoch});
    const std::size_t bytes = dataset.schema().num_bytes();
    batch.values.resize(batch.turns.size() * bytes);
    dataset.values(id, std::span(batch.values).last(bytes));
  }
  return batch;
}

inline AutoencoderRunConfig autoencoder_config(const std::filesystem::path& data) {
  AutoencoderRunConfig config;
  config.data.sources = {{.dataset = data}};
  config.autoencoder.block_out_channels = {8, 8, 8};
  config.autoencoder.norm_num_groups = 4;
  return config;
}

inline DiffusionRunConfig diffusion_config(const std::filesystem::path& data, const std::filesystem::path& pipeline) {
  DiffusionRunConfig config;
  config.data.sources = {{.dataset = data}};
  config.autoencoder = pipeline;
  config.unet.down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D"};
  config.unet.up_block_types = {"CrossAttnUpBlock2D", "UpBlock2D"};
  config.unet.block_out_channels = {8, 16};
  config.unet.num_attention_heads = {1, 2};
  config.unet.norm_num_groups = 4;
  config.unet.cross_attention_dim = 16;
  config.text_encoder.hidden_size = 16;
  config.text_encoder.intermediate_size = 32;
  config.text_encoder.num_attention_heads = 2;
  config.text_encoder.max_position_embeddings = 16;
  return config;
}

/// A tiny data set, an untrained autoencoder and a tokenizer.
struct TaskFixture {
  TaskFixture() {
    write_tiny_dataset(folder / "data", 24);
    dataset.emplace(autoencoder_config(folder / "data").data);
    AutoencoderTask autoencoder(autoencoder_config(folder / "data"), *dataset);
    autoencoder.write_result(folder / "pipeline", autoencoder.parameters().flat());
    train_clip_tokenizer({"50 year old male. PA view.", "50 year old female. PA view."}, 20, 16, tokenizer_folder());
  }
  std::filesystem::path tokenizer_folder() const {
    std::filesystem::create_directories(folder / "tokenizer");
    return folder / "tokenizer";
  }
  TempFolder folder;
  std::optional<Mixture> dataset;
};

/// The loss and gradient of a batch in one piece and in two add up to the same.
inline void check_parts_add_up(Task& task, const Mixture& dataset) {
  at::Tensor& gradient = task.parameters().flat_gradient();
  gradient.zero_();
  const double whole = task.accumulate(batch_of(dataset, {0, 1, 2, 4, 5, 6}), 6).loss;
  const at::Tensor whole_gradient = gradient.clone();
  gradient.zero_();
  const double parts =
      task.accumulate(batch_of(dataset, {0, 1}), 6).loss + task.accumulate(batch_of(dataset, {2, 4, 5, 6}), 6).loss;
  CHECK(parts == Approx(whole).epsilon(1e-5));
  CHECK(whole_gradient.abs().max().item<double>() > 0);
  CHECK(gradient.sub(whole_gradient).abs().max().item<double>() < 1e-4 * whole_gradient.abs().max().item<double>());
}

} // namespace radforge
