#pragma once

#include "radforge/io/image.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace radforge {

/// Decodes as stored: grey or RGB, 8 bits. Errors: as decode_image.
Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits);
Image decode_png(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits);
Image decode_dicom(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits);

/// Whether a file begins as DICOM does: its mark behind the preamble, or without one a first element that such files have.
bool is_dicom(std::span<const std::byte> bytes);

/// Refuses what a header promises before memory is taken for it. Errors: DataError.
void check_image_size(std::int64_t width, std::int64_t height, const std::string& name, const ImageLimits& limits);

/// An image with memory for its pixels.
Image make_image(int height, int width, int channels);

} // namespace radforge
