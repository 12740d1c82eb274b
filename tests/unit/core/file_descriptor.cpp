#include "radforge/core/file_descriptor.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>

#include <array>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("a full disk is an IoError with the path, the reason and what to do") {
  FileDescriptor file("/dev/full", O_WRONLY);
  const std::array<std::byte, 10> bytes{};
  CHECK_THROWS_AS(file.write(bytes), IoError);
  CHECK_THROWS_WITH(file.write(bytes), Contains("/dev/full") && Contains("No space left on device") && Contains("free space"));
}

TEST_CASE("FileDescriptor reads back what it wrote, in pieces") {
  const TempFolder folder;
  FileDescriptor out(folder / "file", O_WRONLY | O_CREAT, 0600);
  out.write(std::as_bytes(std::span("0123456789", 10)));
  out.sync();
  out.close();
  FileDescriptor in(folder / "file", O_RDONLY);
  std::array<std::byte, 4> buffer{};
  CHECK(in.read(buffer) == 4);
  CHECK(in.read(buffer) == 4);
  CHECK(in.read(buffer) == 2);
  CHECK(buffer[1] == std::byte{'9'});
  CHECK(in.read(buffer) == 0);
  CHECK(in.read_at(buffer, 7) == 3);
  CHECK(buffer[0] == std::byte{'7'});
  CHECK(in.read_at(buffer, 10) == 0);
}

TEST_CASE("unique files of one stem have names of their own, whatever is there") {
  const TempFolder folder;
  FileDescriptor first = FileDescriptor::create_unique(folder / "file.tmp");
  const FileDescriptor second = FileDescriptor::create_unique(folder / "file.tmp");
  CHECK(first.path() != second.path());
  CHECK_THAT(first.path().string(), Contains((folder / "file.tmp-").string()));
  first.write(std::as_bytes(std::span("ab", 2)));
  first.close();
  CHECK(read_file(first.path()) == "ab");
  CHECK(read_file(second.path()).empty());
  CHECK_THROWS_WITH(FileDescriptor::create_unique(folder / "none" / "file"), Contains("none'") && Contains("No such file"));
}

TEST_CASE("a FileDescriptor that was moved belongs to the new one alone") {
  const TempFolder folder;
  FileDescriptor first(folder / "file", O_WRONLY | O_CREAT, 0600);
  FileDescriptor second = std::move(first);
  second.write(std::as_bytes(std::span("ab", 2)));
  second.close();
  CHECK(read_file(folder / "file") == "ab");
}

TEST_CASE("FileDescriptor reports what it cannot open, write or close") {
  const TempFolder folder;
  CHECK_THROWS_WITH(FileDescriptor(folder / "missing", O_RDONLY), Contains("cannot open") && Contains("No such file"));
  CHECK_THROWS_WITH(FileDescriptor(folder / "no" / "folder", O_WRONLY | O_CREAT, 0600), Contains("cannot create"));
  FileDescriptor closed(folder.path(), O_RDONLY);
  closed.close();
  CHECK_THROWS_AS(closed.close(), IoError);
  CHECK_THROWS_AS(closed.sync(), IoError);
}
