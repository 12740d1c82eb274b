#pragma once

#include "radforge/io/dataset_index.hpp"

#include <filesystem>

namespace radforge {

/// Writes `dataset.h5` into the folder, atomically: each column of the shards as one virtual dataset over all of them, by
/// relative file names. Equal indices give equal bytes. Errors: IoError.
FileSummary write_virtual_dataset(const DatasetIndex& index, const std::filesystem::path& folder);

} // namespace radforge
