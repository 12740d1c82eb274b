#pragma once

#include "radforge/io/dataset_index.hpp"

#include <string>
#include <string_view>

namespace radforge {

/// The text of `dataset.json`: equal indexes give equal bytes.
std::string dataset_json(const DatasetIndex& index);

/// Errors: DataError that begins with `file` and names the field.
DatasetIndex parse_dataset_json(std::string_view text, const std::string& file);

} // namespace radforge
