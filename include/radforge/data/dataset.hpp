#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace radforge {

/// A data set opened for reading: all metadata in memory, values on demand. Thread-safe once constructed.
class Dataset {
 public:
  /// Errors: DataError, IoError.
  explicit Dataset(const std::filesystem::path& folder);
  ~Dataset();

  const DatasetIndex& index() const;
  const DatasetSchema& schema() const { return index().schema; }
  /// By id; `pixels` is empty.
  const SampleRecord& record(std::int64_t id) const;
  /// The values of sample `id` as the shards hold them: schema().num_bytes().
  void values(std::int64_t id, std::span<std::uint8_t> out) const;
  /// The image of sample `id`, height x width x channels bytes. Errors: DataError also for a data set that holds no images.
  void pixels(std::int64_t id, std::span<std::uint8_t> out) const;

  /// Ids of the rows that are "ok", in `split` (rows without one are in "train"), and pass the lists of `config`, ascending.
  /// Errors: DataError for a site that the data set does not have.
  std::vector<std::int64_t> find(const DataSourceConfig& config, const std::string& split) const;
  /// The same. Errors: DataError also when there are none.
  std::vector<std::int64_t> select(const DataSourceConfig& config, const std::string& split) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
