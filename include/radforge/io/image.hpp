#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// An 8-bit image in memory: height x width x channels, row-major; channels 1 (grey) or 3 (RGB).
struct Image {
  int height = 0;
  int width = 0;
  int channels = 1;
  std::vector<std::uint8_t> pixels;
};

/// Limits that a file's header is checked against before memory is taken.
struct ImageLimits {
  std::int64_t max_pixels = 64'000'000;
  std::int64_t max_file_bytes = 256'000'000;
};

/// Reads a baseline or progressive JPEG, or a PNG (8/16 bit; grey, palette, RGB, with or without alpha), told apart by its first
/// bytes, as grey (ITU-R 601 luma of colour). Errors: DataError naming the file and why (empty, truncated, wrong type, too
/// large), IoError.
Image read_grey_image(const std::filesystem::path& path, const ImageLimits& limits = {});

/// The same from memory; `name` stands in messages.
Image decode_grey_image(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits = {});

/// Writes a PNG, atomically. Equal pixels give equal bytes. Errors: IoError.
void write_png(const std::filesystem::path& path, const Image& image);

enum class Filter { bilinear, bicubic, lanczos };

/// Antialiased resampling as Pillow's Image.resize does it (same kernels, 8-bit fixed point), within one grey level.
Image resize(const Image& image, int height, int width, Filter filter);

/// The image in the middle of a square of side max(height, width), black around it.
Image pad_to_square(const Image& image);
/// The largest square from the middle.
Image crop_to_square(const Image& image);

} // namespace radforge
