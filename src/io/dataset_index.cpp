#include "radforge/io/dataset_index.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "dataset_json.hpp"
#include "virtual_dataset.hpp"

#include <system_error>

namespace radforge {

std::int64_t DatasetIndex::num_rows() const {
  std::int64_t rows = 0;
  for (const ShardSummary& shard : shards) {
    rows += shard.num_rows;
  }
  return rows;
}

DatasetIndex DatasetIndex::load(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / file_name;
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored) && !std::filesystem::exists(path, ignored)) {
    throw DataError("{}: no finished data set ({} is written last and is not there); finish the run that makes it",
                    folder.string(), file_name);
  }
  return parse_dataset_json(read_file(path), path.string());
}

void DatasetIndex::save(const std::filesystem::path& folder) {
  virtual_file = write_virtual_dataset(*this, folder);
  write_file_atomically(folder / file_name, dataset_json(*this));
}

} // namespace radforge
