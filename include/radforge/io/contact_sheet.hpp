#pragma once

#include "radforge/io/image.hpp"

#include <vector>

namespace radforge {

/// One picture of two blocks side by side: `left` and `right`, each filled row by row with `columns` images a row. All
/// images have the same size; empty blocks leave no gap.
Image make_contact_sheet(const std::vector<Image>& left, const std::vector<Image>& right, int columns);

} // namespace radforge
