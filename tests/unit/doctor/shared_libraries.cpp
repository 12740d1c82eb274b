#include "../../../src/doctor/shared_libraries.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace radforge;

TEST_CASE("this program has libraries, and a digest") {
  const auto libraries = shared_libraries();
  const auto c_library = std::ranges::find_if(libraries, [](const auto& entry) { return entry.first.starts_with("libc.so."); });
  REQUIRE(c_library != libraries.end());
  CHECK(c_library->second > 100'000);
  CHECK(std::ranges::all_of(libraries, [](const auto& entry) { return entry.first.find(".so") != std::string::npos; }));
  CHECK(program_digest().size() == 32);
}
