#pragma once

#include <string>

namespace radforge {

/// What this program was built from, for provenance: settled when CMake configures, which it does again after a commit.
struct BuildInfo {
  std::string version;      ///< "0.1.0"
  std::string git_revision; ///< 40 hex digits; "unknown" in a tree without git
  bool git_dirty = false;   ///< tracked files differed from that revision
  std::string compiler;     ///< "GNU 12.2.0"
  std::string build_type;   ///< "Release"
};

BuildInfo build_info();

/// One line: "radforge 0.1.0 (revision 0123456789ab, modified; GNU 12.2.0, Release)".
std::string build_info_text(const BuildInfo& info);

} // namespace radforge
