#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// The rows of a data set that a frozen model makes: ids from 0, each a function of its record alone, so that any rank may make
/// any of them.
class EncodedRows {
 public:
  virtual ~EncodedRows() = default;

  virtual const DatasetSchema& schema() const = 0;
  virtual std::int64_t num_rows() const = 0;
  /// Without values.
  virtual SampleRecord record(std::int64_t id) const = 0;
  /// schema().num_bytes() of them. Errors: DataError, IoError.
  virtual std::vector<std::uint8_t> values(std::int64_t id) const = 0;
};

} // namespace radforge
