#include "radforge/core/temporary_folder.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
namespace fs = std::filesystem;

TEST_CASE("a temporary folder is removed with its content unless it was renamed") {
  const TempFolder place;
  {
    const TemporaryFolder folder(place / "a");
    write_file_atomically(folder.path() / "f", "text");
  }
  CHECK_FALSE(fs::exists(place / "a"));
  {
    const TemporaryFolder folder(place / "b");
    write_file_atomically(folder.path() / "f", "text");
    publish_folder(folder.path(), place / "c");
  }
  CHECK_FALSE(fs::exists(place / "b"));
  CHECK(read_file((place / "c") / "f") == "text");
}

TEST_CASE("a temporary folder that is there already is nobody's to remove") {
  const TempFolder place;
  fs::create_directory(place / "a");
  CHECK_THROWS_AS(TemporaryFolder(place / "a"), IoError);
  CHECK(fs::exists(place / "a"));
  CHECK_THROWS_AS(TemporaryFolder((place / "absent") / "a"), IoError);
}
