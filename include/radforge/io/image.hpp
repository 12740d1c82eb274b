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
  std::int64_t max_file_bytes = 256'000'000; ///< also of what a deflated DICOM file unpacks to
};

struct ImageOptions {
  int channels = 1; ///< 1: grey (ITU-R 601 luma of colour); 3: RGB (a grey image three times)
  ImageLimits limits = {};
};

/// Reads an image as 8 bits, its type told by its first bytes:
/// - JPEG, baseline or progressive, grey or colour;
/// - PNG of every kind. 16 bits are scaled by round(v / 257), as torchxrayvision scales PadChest (65535 is white); alpha is
///   dropped;
/// - DICOM, one frame of 8 or 16 allocated bits, with or without preamble: uncompressed, deflated, RLE, JPEG (baseline,
///   extended, lossless), JPEG-LS and JPEG 2000. Grey passes PS3.3 C.11: modality LUT or rescale; then the first VOI LUT, else
///   the first window, if it is valid (LINEAR, LINEAR_EXACT, SIGMOID), else the image's own darkest to brightest value; white at
///   the end of that range, rounded, and inverted for MONOCHROME1.
/// Errors: DataError naming the file and why (empty, damaged or truncated, another type, CMYK, above a limit, several frames, a
/// transfer syntax that cannot be decoded by its UID), IoError.
Image read_image(const std::filesystem::path& path, const ImageOptions& options = {});

/// The same from memory; `name` stands in messages.
Image decode_image(std::span<const std::byte> bytes, const std::string& name, const ImageOptions& options = {});

/// The bytes of a PNG file. Equal pixels give equal bytes. Errors: InternalError (pixels that do not match the size, channels but
/// 1 and 3), IoError (no memory).
std::string encode_png(const Image& image);

/// Writes a PNG, atomically. Equal pixels give equal bytes. Errors: IoError.
void write_png(const std::filesystem::path& path, const Image& image);

enum class Filter { bilinear, bicubic, lanczos };

/// Antialiased resampling as Pillow's Image.resize does it (same kernels, 8-bit fixed point, width before height), within one
/// grey level. Pillow 13 may take the height first where the two sides are not scaled alike; overshoot is then clipped elsewhere.
Image resize(const Image& image, int height, int width, Filter filter);

/// The image in the middle of a square of side max(height, width), black around it.
Image pad_to_square(const Image& image);
/// The largest square from the middle.
Image crop_to_square(const Image& image);

} // namespace radforge
