#include "radforge/core/atomic_file.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

// Stands in for the C library's functions in this program, to see what is flushed when: a crash of the machine cannot be tested.
namespace {

std::vector<std::string>* recorder = nullptr;

std::string name_of(int file_descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(file_descriptor);
  const std::string name = std::filesystem::read_symlink(link).filename().string();
  return name.starts_with(".file.tmp-") ? "temporary" : name.starts_with("radforge-test-") ? "parent" : name;
}

void record(const std::string& event) {
  if (recorder != nullptr) {
    recorder->push_back(event);
  }
}

} // namespace

extern "C" int fsync(int file_descriptor) {
  if (recorder != nullptr) {
    record("fsync " + name_of(file_descriptor));
  }
  return static_cast<int>(::syscall(SYS_fsync, file_descriptor));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  record("rename");
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned int flags) noexcept {
  record("rename");
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

using namespace radforge;
using Events = std::vector<std::string>;

namespace {

template <class Action>
Events events_of(Action action) {
  Events events;
  recorder = &events;
  action();
  recorder = nullptr;
  return events;
}

} // namespace

TEST_CASE("a file is flushed before it gets its name, its folder after") {
  const TempFolder folder;
  CHECK(events_of([&] { write_file_atomically(folder / "file", "x"); }) == Events{"fsync temporary", "rename", "fsync parent"});
  CHECK(events_of([&] { publish_file(folder / "file", folder / "other"); }) == Events{"fsync file", "rename", "fsync parent"});
}

TEST_CASE("everything in a folder is flushed before it gets its name, its parent after") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "temporary/inner");
  write_file_atomically(folder / "temporary/inner/x", "x");
  CHECK(events_of([&] { publish_folder(folder / "temporary", folder / "final"); }) ==
        Events{"fsync x", "fsync inner", "fsync temporary", "rename", "fsync parent"});
}
