#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <filesystem>
#include <vector>

namespace radforge {

/// Publishes a shard of these rows, whose ids count on from the first one's, packed on worker threads: the bytes do not depend on
/// their number. Errors: DataError (a row that does not fit the schema), IoError, after which nothing is published.
ShardSummary write_shard(const std::filesystem::path& path, const DatasetSchema& schema, std::vector<SampleRecord> rows,
                         int compression_level, int num_threads);

} // namespace radforge
