#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// The columns of an exported data set's `metadata.csv`.
class MetadataTable {
 public:
  /// `layout` is DatasetExportConfig's; `schema` outlives the object.
  MetadataTable(const std::string& layout, const DatasetSchema& schema);

  std::string header() const;
  /// A line of an image that lies at `file`, beside the table. Empty fields are unknown.
  std::string row(const SampleRecord& record, const std::filesystem::path& file) const;

 private:
  std::string own_row(const SampleRecord& record) const;
  std::string roentgen_row(const SampleRecord& record) const;

  const DatasetSchema& schema_;
  bool as_roentgen_;
  std::vector<std::ptrdiff_t> chexpert_columns_; ///< of CheXpert's labels among the findings; -1: there is none
};

} // namespace radforge
