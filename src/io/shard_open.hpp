#pragma once

#include "shard_layout.hpp"

#include <vector>

namespace radforge {

/// A shard's file as docs/data-format.md demands it, checked before memory is taken.
struct OpenShard {
  Hdf5File file;
  Hdf5Dataset values;
  DatasetSchema schema;
  std::int64_t first_id = 0;
  std::int64_t num_rows = 0;
  std::vector<SampleRecord> rows; ///< without pixels
};

/// To be called, and its result to be destroyed, under an Hdf5Lock. Errors: IoError, DataError.
OpenShard open_shard(const std::filesystem::path& path);

} // namespace radforge
