#pragma once

#include "radforge/core/hash.hpp"
#include "radforge/io/shard_writer.hpp"
#include "radforge/tasks/latent_rows.hpp"
#include "radforge/tasks/text_state_rows.hpp"

#include "task_fixture.hpp"

namespace radforge {

/// The rows as a data set of two shards.
inline DatasetIndex write_encoded(const EncodedRows& rows, const std::filesystem::path& folder,
                                  std::optional<FileSummary> text_states = {}) {
  std::filesystem::create_directories(folder);
  DatasetIndex index;
  index.name = "prepare";
  index.schema = rows.schema();
  index.rows_per_shard = (rows.num_rows() + 1) / 2;
  index.text_states = std::move(text_states);
  for (std::int64_t shard = 0; shard < 2; ++shard) {
    const std::int64_t first = shard * index.rows_per_shard;
    const std::int64_t count = std::min(index.rows_per_shard, rows.num_rows() - first);
    ShardWriter writer(folder / ShardWriter::file_name(shard), rows.schema(), {.first_id = first, .num_rows = count});
    for (std::int64_t id = first; id < first + count; ++id) {
      SampleRecord record = rows.record(id);
      record.pixels = rows.values(id);
      writer.append(std::move(record));
    }
    index.shards.push_back(writer.close());
  }
  index.save(folder);
  return index;
}

/// A tiny data set, a whole pipeline of random weights, and the data set's latents and text states by it.
struct EncodedFixture : TaskFixture {
  EncodedFixture() {
    DiffusionTask task(diffusion_config(folder / "data", folder / "pipeline"), *dataset, tokenizer_folder());
    task.write_result(folder / "whole", task.parameters().flat());
    write("latents", "fp32");
  }

  LatentsConfig latents_config(const std::string& values = "fp32") const {
    LatentsConfig config;
    config.dataset = folder / "data";
    config.pipeline = folder / "whole";
    config.text_encoder = true;
    config.values = values;
    return config;
  }

  void write(const std::string& name, const std::string& values) const {
    const LatentsConfig config = latents_config(values);
    const LatentRows latents(config);
    const std::filesystem::path states = folder / name / DatasetIndex::text_states_folder;
    write_encoded(TextStateRows(config, latents.images()), states);
    const std::filesystem::path index = states / DatasetIndex::file_name;
    write_encoded(latents, folder / name,
                  FileSummary{static_cast<std::int64_t>(std::filesystem::file_size(index)), digest_file(index)});
  }

  /// A run that goes on from the whole pipeline on this data set.
  DiffusionRunConfig run_on(const std::string& data) const {
    DiffusionRunConfig config = diffusion_config(folder / data, "");
    config.pipeline = folder / "whole";
    return config;
  }
};

} // namespace radforge
