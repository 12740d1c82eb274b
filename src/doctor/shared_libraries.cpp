#include "shared_libraries.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace radforge {

namespace fs = std::filesystem;

namespace {

// "libhdf5_serial.so.103.3.0": a segment of shared memory or a folder may have ".so" in its name too.
bool is_library(const std::string& name) {
  const auto suffix = name.rfind(".so");
  return suffix != std::string::npos && name.find_first_not_of(".0123456789", suffix + 3) == std::string::npos;
}

} // namespace

std::map<std::string, std::int64_t> shared_libraries() {
  std::map<std::string, std::int64_t> libraries;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.find('/');
    std::error_code problem;
    const fs::path path = slash == std::string::npos ? fs::path() : fs::canonical(line.substr(slash), problem);
    if (!problem && is_library(path.filename().string())) {
      std::int64_t& bytes = libraries[path.filename().string()]; // of two of one name the larger, in whatever order they come
      bytes = std::max(bytes, static_cast<std::int64_t>(fs::file_size(path, problem)));
    }
  }
  return libraries;
}

std::string program_digest() {
  try {
    return digest_file("/proc/self/exe");
  } catch (const IoError&) {
    return "";
  }
}

} // namespace radforge
