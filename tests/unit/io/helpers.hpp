#pragma once

#include "radforge/core/atomic_file.hpp"
#include "radforge/io/image.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace radforge {

/// The message of the error that `action` must throw.
template <class ErrorType, class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const ErrorType& error) {
    return error.what();
  }
  return "no error";
}

inline std::filesystem::path golden(std::string_view name) { return std::filesystem::path(RADFORGE_GOLDEN_DIR) / "io" / name; }

inline std::filesystem::path put(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

/// Files and folders in `folder` itself.
inline std::ptrdiff_t num_entries(const TempFolder& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator());
}

/// The largest difference of two images' pixels; 256 if they differ in size.
inline int largest_difference(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return 256;
  }
  int largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i])));
  }
  return largest;
}

inline std::string_view pixels_of(const Image& image) {
  return {reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()};
}

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

} // namespace radforge
