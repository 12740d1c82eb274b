#include "radforge/core/error.hpp"
#include "radforge/io/safetensors.hpp"

#include "helpers.hpp"
#include "mutate.hpp"
#include "temp_folder.hpp"

#include <cstring>
#include <optional>

using namespace radforge;

namespace {

/// A file with this header, whose length is right, and these data.
std::string file_of(std::string_view header, std::string_view data) {
  const std::uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file.append(header).append(data);
}

/// What is read, or nothing if the file is refused as it should be; any other error fails the test.
std::optional<SafetensorsFile> read_if_valid(const std::filesystem::path& path) {
  try {
    return SafetensorsFile(path);
  } catch (const DataError&) {
    return std::nullopt;
  }
}

void check_same(const SafetensorsFile& one, const SafetensorsFile& other) {
  CHECK(one.metadata() == other.metadata());
  REQUIRE(one.tensors().size() == other.tensors().size());
  for (std::size_t i = 0; i < one.tensors().size(); ++i) {
    const TensorView& a = one.tensors()[i];
    const TensorView& b = other.tensors()[i];
    CHECK(a.name == b.name);
    CHECK(a.type == b.type);
    CHECK(a.shape == b.shape);
    CHECK(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()));
  }
}

} // namespace

TEST_CASE("safetensors: 20000 damaged files are DataErrors or files that are written as they were read") {
  const TempFolder folder;
  const std::string content = read_file(golden("weights.safetensors"));
  std::uint64_t length = 0;
  std::memcpy(&length, content.data(), sizeof length);
  const std::string header = content.substr(sizeof length, length), data = content.substr(sizeof length + length);
  int num_read = 0;
  for (std::uint64_t key = 0; key < 20'000; ++key) {
    CAPTURE(key);
    std::filesystem::remove(folder / "damaged"); // ext4 flushes a file that is written over, and that takes milliseconds
    // Most faults are put into the header behind a right length, else hardly any would be seen by its parser.
    put(folder / "damaged", key % 4 == 0 ? mutated(content, key) : file_of(mutated(header, key), data));
    const std::optional<SafetensorsFile> file = read_if_valid(folder / "damaged");
    if (file && ++num_read % 32 == 0) { // writing is slow: it flushes to the disk
      write_safetensors(folder / "copy", file->tensors(), file->metadata());
      const SafetensorsFile copy(folder / "copy");
      check_same(*file, copy);
    }
  }
  CHECK(num_read > 200); // the faults are small enough for both outcomes
  CHECK(num_read < 10'000);
}
