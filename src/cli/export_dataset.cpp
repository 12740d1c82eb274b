#include "export_dataset.hpp"

#include "metadata_table.hpp"
#include "pipeline_output.hpp"
#include "real_images.hpp"

#include "radforge/config/load.hpp"
#include "radforge/config/pipeline_config.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/file_system.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/parallel_for.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/dataset.hpp"

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t images_of_folder = 1000; // file systems and viewers dislike more

/// Below its split's folder.
fs::path file_of(std::int64_t id) { return fs::path(fmt::format("{:05}", id / images_of_folder)) / fmt::format("{:09}.png", id); }

std::string split_of(const SampleRecord& record) { return record.split.empty() ? "train" : record.split; }

void write_text(const fs::path& path, const std::string& text) {
  FileSystem disk;
  FileSystem::File file = disk.create(path);
  file.write(text);
  file.close();
}

/// The rows that have an image, by split.
std::map<std::string, std::vector<std::int64_t>> images_by_split(const Dataset& dataset) {
  std::map<std::string, std::vector<std::int64_t>> splits;
  for (std::int64_t id = 0; id < dataset.index().num_rows(); ++id) {
    if (dataset.record(id).status == "ok") {
      splits[split_of(dataset.record(id))].push_back(id);
    }
  }
  return splits;
}

void write_images(const fs::path& folder, const Dataset& dataset, const std::vector<std::int64_t>& ids, Progress& progress,
                  std::atomic<std::int64_t>& num_done) {
  std::mutex mutex;
  for (const std::int64_t id : ids) {
    fs::create_directories((folder / file_of(id)).parent_path());
  }
  parallel_for(ids.size(), at::get_num_threads(), [&](int, std::size_t i) {
    write_text(folder / file_of(ids[i]), encode_png(images_of(dataset, {ids[i]}).front()));
    const std::int64_t done = ++num_done;
    if (const std::unique_lock lock(mutex, std::try_to_lock); lock) {
      progress.update(done);
    }
  });
}

void write_table(const fs::path& folder, const MetadataTable& table, const Dataset& dataset,
                 const std::vector<std::int64_t>& ids) {
  std::string text = table.header();
  for (const std::int64_t id : ids) {
    text += table.row(dataset.record(id), file_of(id));
  }
  write_text(folder / "metadata.csv", text);
}

void write_card(const fs::path& folder, const DatasetExportConfig& config, const fs::path& source, const Dataset& dataset,
                const std::map<std::string, std::vector<std::int64_t>>& splits) {
  const DatasetSchema& schema = dataset.schema();
  std::string text = fmt::format("---\nlicense: {}\ntags: [chest-radiograph{}]\n---\n\n# {}\n\n", Json(config.license).dump(),
                                 schema.generation ? ", synthetic-data" : "", config.title);
  text +=
      fmt::format("Chest radiographs of {} x {} pixels, {} channels, written by radforge {}.\n\n| split | images |\n|---|---|\n",
                  schema.height, schema.width, schema.channels, build_info().version);
  for (const auto& [split, ids] : splits) {
    text += fmt::format("| {} | {} |\n", split, ids.size());
  }
  text += fmt::format("\nMade of a data set whose `{}` has the XXH3-128 {}.\n", DatasetIndex::file_name,
                      digest_file(source / DatasetIndex::file_name));
  if (schema.generation) {
    text += fmt::format("\nThe images are synthetic: a model of the digest {} made them, with the seed {}. They show nobody, and "
                        "are no basis for a diagnosis.\n",
                        schema.generation->model_digest, schema.generation->seed);
  }
  write_text(folder / "README.md", text);
}

} // namespace

void export_dataset(const CommandContext& context) {
  const CommandLine& line = context.line;
  DatasetExportConfig config;
  parse_config("", "command line", line.overrides, [&](Schema& schema) { describe(schema, config); });
  if (config.title.empty()) {
    config.title = line.output.lexically_normal().filename().string();
  }
  const Dataset dataset(line.config);
  require_images(dataset.schema(), line.config);
  const std::map<std::string, std::vector<std::int64_t>> splits = images_by_split(dataset);
  std::int64_t total = 0;
  for (const auto& [split, ids] : splits) {
    total += std::ssize(ids);
  }
  if (total == 0) {
    throw DataError("{} has no image (every row is rejected) nothing is written", line.config.string());
  }
  Progress progress({.label = "export", .total = total});
  publish_new_folder(line.output, [&](const fs::path& folder) {
    const MetadataTable table(config.layout, dataset.schema());
    std::atomic<std::int64_t> num_done = 0;
    for (const auto& [split, ids] : splits) {
      fs::create_directories(folder / split);
      write_images(folder / split, dataset, ids, progress, num_done);
      write_table(folder / split, table, dataset, ids);
    }
    write_card(folder, config, line.config, dataset, splits);
  });
  progress.finish();
  std::printf("%s\n", line.output.c_str());
}

} // namespace radforge
