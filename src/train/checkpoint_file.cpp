#include "checkpoint_file.hpp"

#include "radforge/core/hash.hpp"

#include <algorithm>

namespace radforge {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{8} << 20;

} // namespace

CheckpointManifest::File write_checkpoint_file(FileSystem& system, const std::filesystem::path& path,
                                               std::span<const TensorView> tensors,
                                               const std::map<std::string, std::string>& metadata,
                                               const std::atomic<bool>& cancelled) {
  FileSystem::File file = system.create(path);
  CheckpointManifest::File written;
  Digest digest;
  const auto write = [&](std::span<const std::byte> bytes) {
    while (!bytes.empty() && !cancelled) {
      const auto chunk = bytes.first(std::min(bytes.size(), chunk_bytes));
      digest.update(chunk);
      file.write(chunk);
      written.bytes += chunk.size();
      bytes = bytes.subspan(chunk.size());
    }
  };
  const std::string header = safetensors_header(tensors, metadata);
  write(std::as_bytes(std::span(header)));
  for (const TensorView& tensor : tensors) {
    write(tensor.bytes);
  }
  if (!cancelled) {
    file.sync();
  }
  file.close();
  written.digest = digest.hex();
  return written;
}

} // namespace radforge
