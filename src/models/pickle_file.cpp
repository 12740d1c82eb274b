#include "radforge/models/pickle_file.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace radforge {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const char* why) {
  throw DataError(
      "{} {} (a pickle can run any code when it is read; weights are read from safetensors alone). Convert it, where you "
      "trust its source: tools/convert_weights {} {}",
      path.string(), why, path.string(), std::filesystem::path(path).replace_extension(".safetensors").string());
}

bool has_pickle_suffix(const std::filesystem::path& path) {
  std::string suffix = path.extension().string();
  std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array suffixes{".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle"};
  return std::ranges::find(suffixes, suffix) != suffixes.end();
}

} // namespace

void require_safetensors(const std::filesystem::path& path) {
  if (has_pickle_suffix(path)) {
    refuse(path, "is a pickle by its name");
  }
  std::array<unsigned char, 9> head{};
  FileDescriptor file(path, O_RDONLY);
  const std::size_t count = file.read(std::as_writable_bytes(std::span(head)));
  // A safetensors file begins with the length of its header, 8 bytes, and then the header's '{'.
  if (count == head.size() && head[8] == '{') {
    return;
  }
  if (count >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] <= 8) {
    refuse(path, "is a zip archive, as torch.save writes it");
  }
  // Protocols 2 to 5 begin with PROTO and their number.
  if (count >= 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5) {
    refuse(path, "is a pickle stream");
  }
}

} // namespace radforge
