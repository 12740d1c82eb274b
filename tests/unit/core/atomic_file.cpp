#include "radforge/core/atomic_file.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <string>

using namespace radforge;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::ptrdiff_t num_entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

/// The message of the IoError that `action` throws in a child process; empty when it throws none.
std::string io_error_in_child(const std::function<void()>& action) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      action();
    } catch (const IoError& error) {
      const std::string text = error.what();
      [[maybe_unused]] const ssize_t written = ::write(ends[1], text.data(), text.size());
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string message(4096, '\0');
  message.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], message.data(), message.size()))));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return message;
}

} // namespace

TEST_CASE("write_file_atomically writes new files and replaces old ones") {
  const TempFolder folder;
  const std::string large(3'000'000, 'x');
  for (const std::string& content : {std::string("first"), std::string(), std::string("a\0b", 3), large}) {
    write_file_atomically(folder / "file", content);
    CHECK(read_file(folder / "file") == content);
  }
  CHECK(num_entries(folder.path()) == 1);
  struct stat status {};
  ::stat((folder / "file").c_str(), &status);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((status.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("write_file_atomically works beside what a killed process of the same id left") {
  const TempFolder folder;
  const fs::path left = FileDescriptor::create_unique(folder / ".file.tmp").path();
  write_file_atomically(folder / "file", "new");
  CHECK(read_file(folder / "file") == "new");
  CHECK(read_file(left).empty());
  CHECK(num_entries(folder.path()) == 2);
}

TEST_CASE("write_file_atomically takes a name without a folder") {
  const TempFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomically("plain", "x");
  fs::current_path(before);
  CHECK(read_file(folder / "plain") == "x");
}

TEST_CASE("write_file_atomically names path and reason when it cannot write") {
  const TempFolder folder;
  CHECK_THROWS_AS(write_file_atomically(folder / "no" / "file", "x"), IoError);
  CHECK_THROWS_WITH(write_file_atomically(folder / "no" / "file", "x"),
                    Contains("/no'") && Contains("No such file or directory"));
  fs::create_directory(folder / "folder");
  CHECK_THROWS_WITH(write_file_atomically(folder / "folder", "x"), Contains("folder'") && Contains("Is a directory"));
  CHECK(num_entries(folder.path()) == 1);
}

TEST_CASE("a write that runs out of room leaves the old file and no temporary one") {
  const TempFolder folder;
  write_file_atomically(folder / "file", "old");
  const std::string message = io_error_in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 65536, .rlim_max = 65536};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    write_file_atomically(folder / "file", std::string(1'000'000, 'x'));
  });
  CHECK_THAT(message, Contains("cannot write") && Contains("File too large"));
  CHECK(read_file(folder / "file") == "old");
  CHECK(num_entries(folder.path()) == 1);
}

TEST_CASE("a reader sees the old or the new content, whenever the writer is killed") {
  const TempFolder folder;
  const fs::path file = folder / "file";
  constexpr std::size_t size = 200'000;
  const auto is_whole = [&] {
    const std::string content = read_file(file);
    return content.size() == size && content.find_first_not_of(content[0]) == std::string::npos;
  };
  for (int repeat = 0; repeat < 3; ++repeat) {
    write_file_atomically(file, std::string(size, 'z'));
    const pid_t writer = ::fork();
    if (writer == 0) {
      try {
        for (char letter = 'a';; letter = letter == 'y' ? 'a' : static_cast<char>(letter + 1)) {
          write_file_atomically(file, std::string(size, letter));
        }
      } catch (...) {
        ::_exit(1);
      }
    }
    REQUIRE(writer > 0);
    int num_whole = 0;
    const int num_reads = 300 + 77 * repeat;
    for (int i = 0; i < num_reads; ++i) {
      num_whole += is_whole();
    }
    while (read_file(file)[0] == 'z' && ::waitpid(writer, nullptr, WNOHANG) == 0) { // the writer may start late
    }
    REQUIRE(read_file(file)[0] != 'z');
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    CHECK(num_whole == num_reads);
    CHECK(is_whole());
  }
}

TEST_CASE("publish_file moves a file to its name, over an old one") {
  const TempFolder folder;
  write_file_atomically(folder / "temporary", "new");
  write_file_atomically(folder / "final", "old");
  publish_file(folder / "temporary", folder / "final");
  CHECK(read_file(folder / "final") == "new");
  CHECK(num_entries(folder.path()) == 1);
  CHECK_THROWS_WITH(publish_file(folder / "temporary", folder / "final"), Contains("temporary'"));
  CHECK(read_file(folder / "final") == "new");
}

TEST_CASE("publish_folder moves a folder with all that is in it") {
  const TempFolder folder;
  fs::create_directories(folder / "temporary/inner/empty");
  write_file_atomically(folder / "temporary/inner/file", "x");
  fs::create_symlink("nowhere", folder / "temporary/link");
  publish_folder(folder / "temporary", folder / "final");
  CHECK(read_file(folder / "final/inner/file") == "x");
  CHECK(fs::is_directory(folder / "final/inner/empty"));
  CHECK(fs::is_symlink(folder / "final/link"));
  CHECK_FALSE(fs::exists(folder / "temporary"));
}

TEST_CASE("publish_folder refuses a name that is taken and changes nothing") {
  const TempFolder folder;
  fs::create_directory(folder / "temporary");
  write_file_atomically(folder / "temporary/file", "x");
  SECTION("by an empty folder, which rename() alone would replace") { fs::create_directory(folder / "final"); }
  SECTION("by a file") { write_file_atomically(folder / "final", "old"); }
  CHECK_THROWS_AS(publish_folder(folder / "temporary", folder / "final"), IoError);
  CHECK_THROWS_WITH(publish_folder(folder / "temporary", folder / "final"), Contains("final'") && Contains("File exists"));
  CHECK(read_file(folder / "temporary/file") == "x");
  CHECK(num_entries(folder.path()) == 2);
}

TEST_CASE("publish_folder and the flushes name what is missing") {
  const TempFolder folder;
  CHECK_THROWS_WITH(publish_folder(folder / "temporary", folder / "final"), Contains("temporary'") && Contains("No such file"));
  CHECK_THROWS_WITH(sync_file(folder / "gone"), Contains("gone'") && Contains("No such file"));
  write_file_atomically(folder / "file", "x");
  CHECK_THROWS_WITH(sync_folder(folder / "file"), Contains("file'") && Contains("Not a directory"));
  CHECK_NOTHROW(sync_file(folder / "file"));
  CHECK_NOTHROW(sync_folder(folder.path()));
}

TEST_CASE("read_file says whether a file is missing, unreadable or a folder") {
  const TempFolder folder;
  CHECK_THROWS_AS(read_file(folder / "gone"), IoError);
  CHECK_THROWS_WITH(read_file(folder / "gone"), Contains("gone'") && Contains("No such file"));
  CHECK_THROWS_WITH(read_file(folder.path()), Contains("Is a directory"));
  write_file_atomically(folder / "secret", "x");
  const std::string message = io_error_in_child([&] {
    ::chmod((folder / "secret").c_str(), 0);
    if (::geteuid() == 0 && ::setuid(65534) != 0) { // root may read everything
      ::_exit(1);
    }
    read_file(folder / "secret");
  });
  CHECK_THAT(message, Contains("secret'") && Contains("Permission denied"));
}
