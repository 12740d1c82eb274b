#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"
#include "radforge/io/shard_writer.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>

namespace radforge {

/// Publishes a shard whose row `place`, from 0 on, is what `row` gives; its ids count on from the options' first one. The
/// options' threads call `row`, once a place, and pack what they get, while whoever has the next row in order appends it. Errors:
/// what `row` throws, DataError (a row that does not fit the schema), IoError, after which nothing is published.
ShardSummary write_shard(const std::filesystem::path& path, const DatasetSchema& schema, const ShardWriter::Options& options,
                         const std::function<SampleRecord(std::size_t place)>& row);

} // namespace radforge
