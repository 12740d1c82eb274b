#include "radforge/core/error.hpp"
#include "radforge/io/safetensors.hpp"
#include "radforge/io/utf8.hpp"

#include "partial_file.hpp"
#include "safetensors_header.hpp"

#include <nlohmann/json.hpp>

#include <cstring>
#include <set>
#include <string_view>

namespace radforge {
namespace {

std::size_t num_bytes_of(const TensorView& tensor) {
  std::size_t bytes = size_of(tensor.type);
  for (const std::int64_t length : tensor.shape) {
    bytes *= static_cast<std::size_t>(length);
  }
  return bytes;
}

} // namespace

std::string safetensors_header(std::span<const TensorView> tensors, const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  require(tensors.size() <= max_safetensors_entries, "a safetensors file has at most 100,000 tensors");
  std::set<std::string_view> names;
  std::size_t begin = 0;
  for (const TensorView& tensor : tensors) {
    require(tensor.name != "__metadata__" && names.insert(tensor.name).second, "a safetensors file has unique names");
    require(find_invalid_utf8(tensor.name) == std::string_view::npos && tensor.name.size() <= max_safetensors_name_bytes,
            "a tensor's name is UTF-8 and short");
    require(tensor.shape.size() <= max_safetensors_dimensions, "a tensor has few dimensions");
    require(num_bytes_of(tensor) == tensor.bytes.size(), "a tensor's bytes match its shape and type");
    const std::size_t end = begin + tensor.bytes.size();
    // push_back keeps the order without ordered_json's search of all former keys.
    header.get_ref<nlohmann::ordered_json::object_t&>().push_back(
        {tensor.name, {{"dtype", safetensors_name_of(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}}});
    begin = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  require(text.size() <= max_safetensors_header_bytes, "a safetensors header stays within 20 MB");
  const std::uint64_t header_bytes = text.size();
  std::string bytes(sizeof header_bytes, '\0');
  std::memcpy(bytes.data(), &header_bytes, sizeof header_bytes);
  return bytes + text;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string header = safetensors_header(tensors, metadata);
  PartialFile file(path);
  file.write(std::as_bytes(std::span(header)));
  for (const TensorView& tensor : tensors) {
    file.write(tensor.bytes);
  }
  file.publish();
}

} // namespace radforge
