#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// Element types of the safetensors format that occur in weights.
enum class TensorType { f64, f32, f16, bf16, i64, i32, u8, boolean };
std::size_t size_of(TensorType type);

/// A named array whose bytes somebody else owns. Little-endian, row-major.
struct TensorView {
  std::string name;
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// A safetensors file, memory-mapped. The header is bounded (20 MB, 100,000 tensors, 100,000 keys of metadata, names of 1000
/// bytes, 64 dimensions) and checked: offsets tile the data exactly, sizes match shapes without overflow, names are unique.
/// Errors: DataError naming the file and the fault, IoError.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

  /// In the order of their data. The bytes live as long as this object.
  const std::vector<TensorView>& tensors() const;
  const std::map<std::string, std::string>& metadata() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What stands in a file before the bytes of these tensors in this order: length and header. Of `bytes` only the size is used.
/// What SafetensorsFile would refuse is a broken contract.
std::string safetensors_header(std::span<const TensorView> tensors, const std::map<std::string, std::string>& metadata = {});

/// Writes the tensors in the given order, atomically (temporary file, fsync, rename). What SafetensorsFile would refuse is a
/// broken contract. Errors: IoError.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});

} // namespace radforge
