#include "radforge/core/build_info.hpp"

#include "core/build_values.hpp"

#include <fmt/format.h>

namespace radforge {

BuildInfo build_info() {
  return {.version = build_values::version,
          .git_revision = build_values::git_revision,
          .git_dirty = build_values::git_dirty,
          .compiler = build_values::compiler,
          .build_type = build_values::build_type};
}

std::string build_info_text(const BuildInfo& info) {
  return fmt::format("radforge {} (revision {}{}; {}, {})", info.version, info.git_revision.substr(0, 12),
                     info.git_dirty ? ", modified" : "", info.compiler, info.build_type);
}

} // namespace radforge
