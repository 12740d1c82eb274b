#include "radforge/core/build_info.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace radforge;

TEST_CASE("build_info says what the program was built from") {
  const BuildInfo info = build_info();
  CHECK(std::count(info.version.begin(), info.version.end(), '.') == 2);
  CHECK(info.compiler.find(std::to_string(__GNUC__)) != std::string::npos);
  CHECK_FALSE(info.build_type.empty());
  const bool is_revision =
      info.git_revision.size() == 40 && info.git_revision.find_first_not_of("0123456789abcdef") == std::string::npos;
  CHECK((is_revision || info.git_revision == "unknown"));
  CHECK((is_revision || !info.git_dirty));
}

TEST_CASE("build_info_text shortens the revision and tells a modified tree") {
  BuildInfo info{.version = "1.2.3",
                 .git_revision = "0123456789abcdef0123456789abcdef01234567",
                 .git_dirty = true,
                 .compiler = "GNU 12.2.0",
                 .build_type = "Release"};
  CHECK(build_info_text(info) == "radforge 1.2.3 (revision 0123456789ab, modified; GNU 12.2.0, Release)");
  info.git_dirty = false;
  info.git_revision = "unknown";
  CHECK(build_info_text(info) == "radforge 1.2.3 (revision unknown; GNU 12.2.0, Release)");
}
