#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// What the values of a data set's rows are.
enum class ValueKind {
  images,     ///< height x width x channels
  latents,    ///< channels x height x width: means, then as many log variances (unscaled moments of an autoencoder)
  text_states ///< height x width: tokens x width of a state; `channels` is 1
};
enum class ValueType { uint8, float16, float32 };

/// As files name them: "images", "latents", "text_states"; "uint8", "float16", "float32".
const char* name_of(ValueKind kind);
const char* name_of(ValueType type);
std::optional<ValueKind> value_kind_of(std::string_view name);
std::optional<ValueType> value_type_of(std::string_view name);
std::size_t size_of(ValueType type);

/// What a frozen model made rows of, and which one: what a training that uses them must know.
struct Encoding {
  std::string model_digest; ///< of the model's weights, XXH3-128
  int image_height = 0;     ///< of the images that became latents, like the next two
  int image_width = 0;
  int image_channels = 0;
  double scaling_factor = 0; ///< of the autoencoder; the latents of the rows are not multiplied by it

  bool operator==(const Encoding&) const = default;
};

/// How images were generated.
struct Generation {
  std::string model_digest;        ///< of the pipeline's files, XXH3-128
  std::int64_t seed = 0;           ///< of all noise
  std::vector<std::string> checks; ///< names of what was checked

  bool operator==(const Generation&) const = default;
};

/// Shape and columns shared by all shards of a data set.
struct DatasetSchema {
  int height = 0;
  int width = 0;
  int channels = 1;
  std::vector<std::string> findings;
  ValueKind kind = ValueKind::images;
  ValueType type = ValueType::uint8;         ///< images are uint8, everything else is floating
  Encoding encoding = {};                    ///< of all kinds but images
  std::optional<Generation> generation = {}; ///< of images that a model made

  /// Of one row.
  std::size_t num_values() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  std::size_t num_bytes() const { return num_values() * size_of(type); }
  bool operator==(const DatasetSchema&) const = default;
};

/// What is known of one published shard.
struct ShardSummary {
  std::string file;          ///< name in the data set's folder
  std::int64_t first_id = 0; ///< ids are first_id, first_id + 1, ...
  std::int64_t num_rows = 0;
  std::int64_t num_bytes = 0;             ///< of the file
  std::string file_digest;                ///< XXH3-128 of the file
  std::vector<std::string> row_digests;   ///< XXH3-128 of each row's stored (compressed) bytes
  std::vector<std::string> pixel_digests; ///< XXH3-128 of each row's decoded values

  bool operator==(const ShardSummary&) const = default;
};

/// A file that is no shard.
struct FileSummary {
  std::int64_t num_bytes = 0;
  std::string file_digest; ///< XXH3-128

  bool operator==(const FileSummary&) const = default;
};

/// `dataset.json`: schema, counts and digests of all shards. Written last, so its presence is the commit mark of a data set.
struct DatasetIndex {
  static constexpr int schema_version = 1;
  static constexpr const char* file_name = "dataset.json";
  static constexpr const char* virtual_file_name = "dataset.h5";
  /// Folder of a second data set below one of latents: the states of its prompts.
  static constexpr const char* text_states_folder = "text_states";

  std::string name;          ///< what made it ("prepare", "generate")
  std::string config_digest; ///< of the resolved configuration
  DatasetSchema schema;
  std::int64_t rows_per_shard = 0; ///< shard k holds ids [k * rows_per_shard, ...)
  std::vector<ShardSummary> shards;
  std::map<std::string, std::map<std::string, std::int64_t>> counts; ///< "sex" -> "F" -> rows, for people and plans
  FileSummary virtual_file;                                          ///< of `dataset.h5`; set by `save` and `load`
  std::optional<FileSummary> text_states = {};                       ///< of `text_states/dataset.json`, where there is one

  std::int64_t num_rows() const;

  /// Errors of `load`: DataError that says what is missing, wrong or damaged, IoError if unreadable.
  static DatasetIndex load(const std::filesystem::path& folder);
  /// Writes the file atomically, and `dataset.h5`, a virtual data set over all shards, before it.
  void save(const std::filesystem::path& folder);
};

/// Height, width and channels of the images that a data set holds, or that its latents were made of.
struct ImageShape {
  int height = 0;
  int width = 0;
  int channels = 0;
};
ImageShape image_shape_of(const DatasetSchema& schema);

/// For whoever needs pictures. Errors: DataError naming the folder and what it holds, unless that is images.
void require_images(const DatasetSchema& schema, const std::filesystem::path& folder);

} // namespace radforge
