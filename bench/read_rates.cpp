// usage: bench_read_rates MODE FILE ...
//
// Bytes and seconds of one core, by wall clock and processor time, printed as JSON. MODE is what is done with a 1 MiB buffer
// until all files' bytes went through it: "read" fills it by read(2), "digest" takes the running XXH3-128 of what lies in it,
// "both" does one after the other.
#include "radforge/core/clock.hpp"
#include "radforge/core/hash.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace radforge {
namespace {

class InputFile {
 public:
  explicit InputFile(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
  }
  ~InputFile() { ::close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::size_t read(std::span<std::byte> buffer) const {
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count < 0) {
      throw std::system_error(errno, std::generic_category(), "read");
    }
    return static_cast<std::size_t>(count);
  }

 private:
  int descriptor_;
};

std::size_t digest_memory(std::span<const std::byte> buffer, std::size_t num_bytes) {
  Digest digest;
  for (std::size_t done = 0; done < num_bytes; done += buffer.size()) {
    digest.update(buffer.first(std::min(buffer.size(), num_bytes - done)));
  }
  return num_bytes + (digest.hex().empty() ? 1 : 0);
}

std::size_t read_file(const std::string& path, std::span<std::byte> buffer, std::optional<Digest> digest) {
  const InputFile file(path);
  std::size_t num_bytes = 0;
  while (const std::size_t count = file.read(buffer)) {
    if (digest) {
      digest->update(buffer.first(count));
    }
    num_bytes += count;
  }
  return num_bytes + (digest && digest->hex().empty() ? 1 : 0);
}

void run(const std::string& mode, std::span<char*> files) {
  // At the start of a page: AMD's processors copy from the page cache at a third of the speed to 16 bytes behind one, which is
  // where malloc puts a block of this size.
  constexpr std::size_t size = 1 << 20;
  constexpr std::size_t page = 4096;
  std::vector<std::byte> memory(size + page, std::byte{42});
  const std::size_t behind = reinterpret_cast<std::uintptr_t>(memory.data()) % page;
  const std::span<std::byte> buffer = std::span(memory).subspan(page - behind, size);
  std::size_t num_bytes = 0;
  const Stopwatch watch;
  for (const char* file : files) {
    if (mode == "digest") {
      num_bytes += digest_memory(buffer, std::filesystem::file_size(file));
    } else {
      num_bytes += read_file(file, buffer, mode == "both" ? std::optional<Digest>(std::in_place) : std::nullopt);
    }
  }
  const double cpu_s = static_cast<double>(std::clock()) / CLOCKS_PER_SEC; // start-up is a millisecond of it
  std::cout << nlohmann::json{{"bytes", num_bytes}, {"seconds", watch.seconds()}, {"cpu_s", cpu_s}} << '\n';
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode != "read" && mode != "digest" && mode != "both") {
    std::cerr << "usage: bench_read_rates read|digest|both FILE ...\n";
    return 2;
  }
  try {
    radforge::run(mode, std::span(argv + 2, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << "bench_read_rates: " << error.what() << '\n';
    return 1;
  }
}
