#include "radforge/io/safetensors.hpp"

#include "radforge/core/error.hpp"

#include "mapped_file.hpp"
#include "safetensors_header.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace radforge {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian and used as it lies in the file");

struct SafetensorsFile::State {
  explicit State(const std::filesystem::path& path) : file(path) {}

  MappedFile file;
  std::vector<TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {
  const std::string name = path.string();
  const std::span<const std::byte> bytes = state_->file.bytes();
  std::uint64_t header_bytes = 0;
  if (bytes.size() < sizeof header_bytes) {
    throw DataError("{}: too short for a safetensors file ({} bytes, the header's length takes 8); copy the file again", name,
                    bytes.size());
  }
  std::memcpy(&header_bytes, bytes.data(), sizeof header_bytes);
  if (header_bytes == 0) {
    throw DataError("{}: the header is empty (its length is 0); the file is damaged or no safetensors file", name);
  }
  if (header_bytes > max_safetensors_header_bytes) {
    throw DataError("{}: the header's length of {} bytes is above the limit of {}; the file is damaged or no safetensors file",
                    name, header_bytes, max_safetensors_header_bytes);
  }
  if (header_bytes > bytes.size() - sizeof header_bytes) {
    throw DataError("{}: the header's length of {} bytes is above what the file holds (truncated?); copy the file again", name,
                    header_bytes);
  }
  const auto* text = reinterpret_cast<const char*>(bytes.data() + sizeof header_bytes);
  const std::span<const std::byte> data = bytes.subspan(sizeof header_bytes + header_bytes);
  SafetensorsHeader header = parse_safetensors_header({text, header_bytes}, data.size(), name);
  for (SafetensorsEntry& entry : header.entries) {
    state_->tensors.push_back(
        {std::move(entry.name), entry.type, std::move(entry.shape), data.subspan(entry.begin, entry.end - entry.begin)});
  }
  state_->metadata = std::move(header.metadata);
}

SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

const std::vector<TensorView>& SafetensorsFile::tensors() const { return state_->tensors; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const { return state_->metadata; }

} // namespace radforge
