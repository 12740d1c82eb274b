#pragma once

#include "radforge/io/image.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace radforge {

/// Decodes the common kind of PNG in half of libpng's time: not interlaced, 8 or 16 bits, without palette. Nothing if the file is
/// of another kind or has any fault, for libpng to read it or to say what is wrong. Errors: DataError (above the limit).
std::optional<Image> decode_plain_png(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits);

} // namespace radforge
