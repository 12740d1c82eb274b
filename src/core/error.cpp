#include "radforge/core/error.hpp"

#include <filesystem>

namespace radforge {

void require(bool condition, const char* what, std::source_location where) {
  if (!condition) {
    throw InternalError("internal error in {} (expected: {}, at {}:{}) please report it", where.function_name(), what,
                        std::filesystem::path(where.file_name()).filename().string(), where.line());
  }
}

} // namespace radforge
