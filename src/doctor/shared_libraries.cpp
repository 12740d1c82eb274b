#include "shared_libraries.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <filesystem>
#include <fstream>

namespace radforge {

namespace fs = std::filesystem;

std::map<std::string, std::int64_t> shared_libraries() {
  std::map<std::string, std::int64_t> libraries;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.find('/');
    if (slash == std::string::npos || line.find(".so", slash) == std::string::npos) {
      continue;
    }
    std::error_code problem;
    const fs::path path = fs::canonical(line.substr(slash), problem);
    if (!problem && fs::is_regular_file(path, problem)) {
      libraries[path.filename().string()] = static_cast<std::int64_t>(fs::file_size(path, problem));
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
