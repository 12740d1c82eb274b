#include "radforge/core/error.hpp"
#include "radforge/io/shard_reader.hpp"

#include "helpers.hpp"
#include "shard_samples.hpp"
#include "temp_folder.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/syscall.h>
#include <unistd.h>

// Stands in for the C library's function in this program: a disk that gives no bytes from some place on is not to be had
// otherwise.
namespace {

std::int64_t broken_from = INT64_MAX;

ssize_t read_unless_broken(int file, void* buffer, size_t size, std::int64_t offset) {
  if (offset + static_cast<std::int64_t>(size) > broken_from) {
    errno = EIO;
    return -1;
  }
  return ::syscall(SYS_pread64, file, buffer, size, offset);
}

struct BrokenDisk {
  explicit BrokenDisk(std::int64_t from) { broken_from = from; }
  ~BrokenDisk() { broken_from = INT64_MAX; }
  BrokenDisk(const BrokenDisk&) = delete;
  BrokenDisk& operator=(const BrokenDisk&) = delete;
};

} // namespace

extern "C" ssize_t pread(int file, void* buffer, size_t size, off_t offset) {
  return read_unless_broken(file, buffer, size, offset);
}

extern "C" ssize_t pread64(int file, void* buffer, size_t size, off64_t offset) {
  return read_unless_broken(file, buffer, size, offset);
}

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("stored_chunk: a chunk that the disk does not give is an I/O error, and no damage") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 3);
  const std::vector<std::uint8_t> last = sample_record(2).pixels;
  const std::size_t place = read_file(folder / "s.h5").find(std::string(last.begin(), last.end()));
  REQUIRE(place != std::string::npos);

  const ShardReader reader(folder / "s.h5");
  std::vector<std::uint8_t> pixels(last.size());
  reader.values(1, pixels); // HDF5's index is in memory from here on
  {
    const BrokenDisk disk(static_cast<std::int64_t>(place));
    CHECK_THAT(error_of<IoError>([&] { reader.values(2, pixels); }), Contains("s.h5") && Contains("Input/output error"));
    reader.values(1, pixels);
    CHECK(pixels == sample_record(1).pixels);
  }
  reader.values(2, pixels);
  CHECK(pixels == last);
}

TEST_CASE("stored_chunk: a file whose beginning the disk does not give is an I/O error, and no damage") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 3);
  const BrokenDisk disk(0);
  CHECK_THAT(error_of<IoError>([&] { ShardReader(folder / "s.h5"); }), Contains("s.h5") && Contains("Input/output error"));
}
