#include "radforge/core/file_system.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "faulty_file_system.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

// A file in a folder, published.
void publish(FileSystem& system, const fs::path& folder, std::string_view text) {
  system.make_folder(folder / "new");
  FileSystem::File file = system.create(folder / "new/file");
  file.write(text);
  file.sync();
  file.close();
  system.sync_folder(folder / "new");
  system.rename(folder / "new", folder / "published");
  system.sync_folder(folder);
}

} // namespace

TEST_CASE("what is written is there, whatever was interrupted or cut short on the way") {
  int num_calls = 0;
  {
    const TempFolder folder;
    FaultyFileSystem sound;
    publish(sound, folder.path(), "some text");
    num_calls = sound.num_calls();
    CHECK(sound.calls() == std::vector<std::string>{"make_folder new", "create file", "write file", "sync file", "close file",
                                                    "sync new", "rename published", "sync " + folder.path().filename().string()});
  }
  for (const auto fault : {FaultyFileSystem::Fault::interruption, FaultyFileSystem::Fault::short_write}) {
    for (int at = 1; at <= num_calls; ++at) {
      const TempFolder folder;
      FaultyFileSystem system(fault, at);
      publish(system, folder.path(), "some text");
      CHECK(read_file(folder / "published/file") == "some text");
    }
  }
}

TEST_CASE("an error of any call names its path and reason") {
  for (int at = 1; at <= 8; ++at) {
    const TempFolder folder;
    FaultyFileSystem system(FaultyFileSystem::Fault::error, at, ENOSPC);
    CHECK_THROWS_WITH(publish(system, folder.path(), "some text"),
                      Catch::Contains(folder.path().string()) && Catch::Contains("No space left on device"));
  }
}

TEST_CASE("a crash loses what was not flushed, and nothing works after it") {
  const TempFolder folder;
  FaultyFileSystem system(FaultyFileSystem::Fault::crash, 4); // the flush of the file
  CHECK_THROWS_AS(publish(system, folder.path(), "some text"), Crash);
  CHECK(system.has_crashed());
  CHECK(fs::file_size(folder / "new/file") == 0);
  CHECK_THROWS_AS(system.make_folder(folder / "other"), Crash);
  CHECK_FALSE(fs::exists(folder / "other"));
}

TEST_CASE("folders swap their names, also where the file system cannot do that at once") {
  for (const auto fault : {FaultyFileSystem::Fault::none, FaultyFileSystem::Fault::no_exchange}) {
    const TempFolder folder;
    FaultyFileSystem system(fault, 0);
    fs::create_directories(folder / "a/inner");
    fs::create_directories(folder / "b");
    write_file_atomically(folder / "b/file", "x");
    system.exchange(folder / "a", folder / "b");
    CHECK(fs::exists(folder / "b/inner"));
    CHECK(fs::exists(folder / "a/file"));
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
  }
}

TEST_CASE("a folder goes with all that is in it, and nothing that its links name") {
  const TempFolder folder;
  FileSystem system;
  fs::create_directories(folder / "doomed/a/b");
  fs::create_directories(folder / "kept");
  write_file_atomically(folder / "kept/file", "x");
  write_file_atomically(folder / "doomed/a/file", "x");
  fs::create_directory_symlink(folder / "kept", folder / "doomed/link");
  system.remove_folder(folder / "doomed");
  CHECK_FALSE(fs::exists(folder / "doomed"));
  CHECK(fs::exists(folder / "kept/file"));
  CHECK_NOTHROW(system.remove_folder(folder / "doomed"));
  CHECK_NOTHROW(system.remove_file(folder / "no-such-file"));
  CHECK_NOTHROW(system.make_folder(folder / "kept"));
  CHECK_THROWS_AS(system.make_folder(folder / "kept/file"), IoError);
  CHECK(system.free_room(folder.path()).bytes > 0);
  CHECK_THROWS_AS(system.free_room(folder / "no-such-folder"), IoError);
}
