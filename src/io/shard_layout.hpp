#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include "hdf5.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace radforge {

/// A column of text. Its width in bytes is the same in all shards, because a virtual data set needs one type.
struct TextColumn {
  const char* name;
  std::size_t width;
  std::string SampleRecord::*member;
};

inline constexpr std::array<TextColumn, 9> text_columns{{
    {"source", 128, &SampleRecord::source},
    {"patient", 64, &SampleRecord::patient},
    {"split", 16, &SampleRecord::split},
    {"sex", 8, &SampleRecord::sex},
    {"age_group", 16, &SampleRecord::age_group},
    {"race", 64, &SampleRecord::race},
    {"view", 16, &SampleRecord::view},
    {"prompt", 512, &SampleRecord::prompt},
    {"status", 16, &SampleRecord::status},
}};

/// A dataset of a shard or of the virtual data set: its name, its type in the file and the shape of one row.
struct ShardColumn {
  const char* name;
  Hdf5Type type;
  std::vector<hsize_t> row_shape;

  std::size_t row_bytes() const;
};

/// The type in files of a value of the rows.
Hdf5Type value_type(ValueType type);
/// The column of the rows' values: `images`, `latents` or `text_states`.
ShardColumn values_column(const DatasetSchema& schema);
ShardColumn id_column();
ShardColumn age_column();
ShardColumn text_column(const TextColumn& column);
/// Not written where a schema has no findings.
ShardColumn findings_column(const DatasetSchema& schema);
/// Of generated images; the last two not written where nothing was checked.
ShardColumn attempt_column();
ShardColumn check_scores_column(const DatasetSchema& schema);
ShardColumn check_passed_column(const DatasetSchema& schema);
/// What the columns' attribute `names` holds; empty for columns without.
std::vector<std::string> names_of(const ShardColumn& column, const DatasetSchema& schema);
/// All columns that a data set of this schema has.
std::vector<ShardColumn> columns_of(const DatasetSchema& schema);

/// `num_rows` before the shape of a row.
std::vector<hsize_t> shape_of(const ShardColumn& column, hsize_t num_rows);

/// Attributes. Errors: IoError with `path`.
void write_number(hid_t object, const char* name, std::int64_t value, const std::filesystem::path& path);
void write_real(hid_t object, const char* name, double value, const std::filesystem::path& path);
void write_text(hid_t object, const char* name, const std::string& text, const std::filesystem::path& path);
/// What belongs to the column of the values: how latents, text states and generated images were made.
void write_encoding(hid_t values, const DatasetSchema& schema, const std::filesystem::path& path);
void write_names(hid_t object, const std::vector<std::string>& names, const std::filesystem::path& path);

} // namespace radforge
