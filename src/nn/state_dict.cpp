#include "radforge/nn/state_dict.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/safetensors.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace radforge {

namespace {

at::ScalarType scalar_type(TensorType type) {
  switch (type) {
  case TensorType::f64:
    return at::kDouble;
  case TensorType::f32:
    return at::kFloat;
  case TensorType::f16:
    return at::kHalf;
  case TensorType::bf16:
    return at::kBFloat16;
  case TensorType::i64:
    return at::kLong;
  case TensorType::i32:
    return at::kInt;
  case TensorType::u8:
    return at::kByte;
  case TensorType::boolean:
    return at::kBool;
  }
  throw InternalError("unknown tensor type {}", static_cast<int>(type));
}

TensorType tensor_type(at::ScalarType type) {
  for (const TensorType candidate : {TensorType::f64, TensorType::f32, TensorType::f16, TensorType::bf16, TensorType::i64,
                                     TensorType::i32, TensorType::u8, TensorType::boolean}) {
    if (scalar_type(candidate) == type) {
      return candidate;
    }
  }
  throw InternalError("a tensor of type {} has no place in a safetensors file", c10::toString(type));
}

/// The format packs tensors without gaps: behind an odd number of bytes, floats lie askew.
bool is_aligned(const TensorView& view) {
  return !view.bytes.empty() && reinterpret_cast<std::uintptr_t>(view.bytes.data()) % size_of(view.type) == 0;
}

at::Tensor copy(const TensorView& view) {
  at::Tensor tensor = at::empty(view.shape, scalar_type(view.type));
  std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

/// A tensor of the file's bytes, which keeps the file mapped.
at::Tensor alias(const TensorView& view, const std::shared_ptr<const SafetensorsFile>& file) {
  return at::from_blob(
      const_cast<std::byte*>(view.bytes.data()), view.shape, [file](void*) {}, at::dtype(scalar_type(view.type)));
}

} // namespace

StateDict read_state_dict(const std::filesystem::path& path) {
  const auto file = std::make_shared<const SafetensorsFile>(path);
  StateDict state;
  for (const TensorView& view : file->tensors()) {
    state[view.name] = is_aligned(view) ? alias(view, file) : copy(view);
  }
  return state;
}

void write_state_dict(const std::filesystem::path& path, const StateDict& state,
                      const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> contiguous; // keeps the bytes alive until they are written
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : state) {
    contiguous.push_back(tensor.detach().to(at::kCPU).contiguous());
    const at::Tensor& source = contiguous.back();
    views.push_back({name,
                     tensor_type(source.scalar_type()),
                     source.sizes().vec(),
                     {static_cast<const std::byte*>(source.const_data_ptr()), source.nbytes()}});
  }
  write_safetensors(path, views, metadata);
}

} // namespace radforge
