#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

namespace radforge {

/// Throws DataError, naming the record and the column, unless the record can be stored as it is.
void check_record(const SampleRecord& record, const DatasetSchema& schema);

} // namespace radforge
