#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/io/image.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// The images of these samples.
std::vector<Image> images_of(const Dataset& dataset, const std::vector<std::int64_t>& ids);

/// For each record a real image of the same sex, age group and view from `sheet.real_dataset`, none twice; where there is none
/// left, one of the same sex, or any. Errors: DataError when the data set has fewer images than records.
std::vector<Image> real_images_like(std::span<const SampleRecord> records, const SheetConfig& sheet);

} // namespace radforge
