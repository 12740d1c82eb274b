#include "radforge/nn/state_dict.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/safetensors.hpp"

#include <ATen/ops/empty.h>

#include <cstring>
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

} // namespace

StateDict read_state_dict(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  StateDict state;
  for (const TensorView& view : file.tensors()) {
    at::Tensor tensor = at::empty(view.shape, scalar_type(view.type));
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    state[view.name] = tensor;
  }
  return state;
}

void write_state_dict(const std::filesystem::path& path, const StateDict& state,
                      const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> contiguous; // keeps the bytes alive until they are written
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : state) {
    contiguous.push_back(tensor.detach().contiguous());
    const at::Tensor& source = contiguous.back();
    views.push_back({name,
                     tensor_type(source.scalar_type()),
                     source.sizes().vec(),
                     {static_cast<const std::byte*>(source.const_data_ptr()), source.nbytes()}});
  }
  write_safetensors(path, views, metadata);
}

} // namespace radforge
