#pragma once

#include "radforge/io/safetensors.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// Where one tensor lies, as the header says. Offsets count from the first byte behind the header.
struct SafetensorsEntry {
  std::string name;
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries; ///< in the order of their data
  std::map<std::string, std::string> metadata;
};

/// What keeps a hostile header from taking time and memory. The format allows headers of 100 MB; those of the largest published
/// models have less than 1 MB.
constexpr std::uint64_t max_safetensors_header_bytes = 20'000'000;
constexpr std::size_t max_safetensors_entries = 100'000; ///< tensors, and as many keys of metadata
constexpr std::size_t max_safetensors_name_bytes = 1000;
constexpr std::size_t max_safetensors_dimensions = 64; ///< as many as LibTorch's operators take

/// Reads and checks a header; `data_bytes` is what the file holds behind it. Errors: DataError that begins with `file`.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& file);

/// "F32" and so on, as the header has it.
std::string_view safetensors_name_of(TensorType type);

} // namespace radforge
