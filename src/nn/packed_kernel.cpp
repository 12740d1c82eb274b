#include "radforge/nn/packed_kernel.hpp"

#include "radforge/nn/device_rate.hpp"
#include "radforge/nn/layers.hpp"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/GradMode.h>

#include <array>
#include <optional>
#include <string_view>

namespace radforge {

namespace {

using Scalars = c10::List<std::optional<at::Scalar>>;

/// oneDNN's own operators, which at:: has no functions for.
template <class Signature>
auto onednn_operator(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

struct Extents {
  explicit Extents(const ConvShape& shape) : padding{shape.padding, shape.padding}, stride{shape.stride, shape.stride} {}
  std::array<std::int64_t, 2> padding;
  std::array<std::int64_t, 2> stride;
  std::array<std::int64_t, 2> dilation{1, 1};
};

std::optional<at::Tensor> optional_of(const at::Tensor& bias) { return bias.defined() ? std::optional(bias) : std::nullopt; }

bool computes_in(at::ScalarType type) { return type == at::kFloat || (type == at::kBFloat16 && has_native_bf16()); }

} // namespace

bool PackedKernel::serves(const at::Tensor& x, const at::Tensor& weight) const {
  return parameters_.is_frozen() && !c10::GradMode::is_enabled() && !weight.is_inference() && x.is_cpu() && weight.is_cpu() &&
         x.scalar_type() == weight.scalar_type() && computes_in(x.scalar_type()) &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast) && at::globalContext().userEnabledMkldnn() && at::Context::hasMKLDNN();
}

at::Tensor PackedKernel::of(const at::Tensor& weight, const at::Tensor& x, const ConvShape& shape) const {
  const std::scoped_lock lock(mutex_);
  const std::int64_t version = weight._version();
  if (source_ != weight.const_data_ptr() || version_ != version) {
    using Reorder =
        at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, std::int64_t, at::OptionalIntArrayRef);
    const Extents extents(shape);
    packed_ = onednn_operator<Reorder>("mkldnn::_reorder_convolution_weight")
                  .call(weight, extents.padding, extents.stride, extents.dilation, 1, x.sizes());
    source_ = weight.const_data_ptr();
    version_ = version;
  }
  return packed_;
}

at::Tensor packed_conv2d(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const ConvShape& shape,
                         bool rectified) {
  using Convolution =
      at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, at::IntArrayRef, at::IntArrayRef,
                 at::IntArrayRef, std::int64_t, std::string_view, Scalars, std::optional<std::string_view>);
  const Extents extents(shape);
  return onednn_operator<Convolution>("mkldnn::_convolution_pointwise")
      .call(x, packed, optional_of(bias), extents.padding, extents.stride, extents.dilation, 1, rectified ? "relu" : "none",
            Scalars(), "");
}

at::Tensor packed_conv2d_onto(const at::Tensor& other, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                              const ConvShape& shape) {
  if (other.size(2) * other.size(3) == 1 || !other.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    // Of one pixel nobody can tell in which order its channels lie, and oneDNN's sum refuses it.
    return packed_conv2d(x, packed, bias, shape, false).add_(other).relu_();
  }
  using Convolution =
      at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, at::IntArrayRef,
                 at::IntArrayRef, at::IntArrayRef, std::int64_t, std::string_view, std::optional<at::Scalar>,
                 std::optional<std::string_view>, Scalars, std::optional<std::string_view>);
  const Extents extents(shape);
  return onednn_operator<Convolution>("mkldnn::_convolution_pointwise", "binary")
      .call(x, other, packed, optional_of(bias), extents.padding, extents.stride, extents.dilation, 1, "add", std::nullopt,
            "relu", Scalars(), "");
}

} // namespace radforge
