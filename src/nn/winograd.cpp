#include "radforge/nn/winograd.hpp"

#include "parallel_ranges.hpp"
#include "winograd_kernel.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace radforge {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto nhwc = at::MemoryFormat::ChannelsLast;

std::size_t extent(const at::Tensor& x, std::int64_t dimension) { return static_cast<std::size_t>(x.size(dimension)); }

WinogradImages images_of(const at::Tensor& x) { return {extent(x, 2), extent(x, 3), extent(x, 1)}; }

std::size_t tiles_of(const at::Tensor& x) {
  const WinogradImages images = images_of(x);
  return extent(x, 0) * images.tiles_down() * images.tiles_across();
}

/// Of out x in x 3 x 3 with channels last.
WinogradWeights weights_of(const at::Tensor& weight) {
  const auto in = weight.size(1);
  return {extent(weight, 1), extent(weight, 0), in, 1, 9 * in};
}

/// The kernel of the gradient: from outputs to inputs, and turned about.
WinogradWeights turned(const WinogradWeights& weights) {
  return {weights.out, weights.in, -weights.tap, weights.out_step, weights.in_step};
}

/// Calls `work(i)` for i of [0, count), each on some thread.
template <class Work>
void for_each(std::size_t count, const Work& work) {
  parallel_ranges(static_cast<std::int64_t>(count), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      work(static_cast<std::size_t>(i));
    }
  });
}

at::Tensor planes_of(const WinogradWeights& weights, const float* data) {
  at::Tensor planes = at::empty({static_cast<std::int64_t>(winograd_planes * weights.in * weights.out)}, at::kFloat);
  auto* const to = planes.mutable_data_ptr<float>();
  for_each(weights.out / winograd_panel(), [&](std::size_t panel) { winograd_weights(weights, panel, data, to); });
  return planes;
}

/// Tiles whose planes stay in a core's cache, a multiple of the rows that a product takes at once.
std::size_t tiles_in_block(std::size_t channels) {
  constexpr std::size_t floats = 1 << 16;
  constexpr std::size_t rows = 12;
  return std::max<std::size_t>(floats / (winograd_planes * channels) / rows, 1) * rows;
}

at::Tensor convolve(const at::Tensor& x, const WinogradWeights& weights, const float* data, const WinogradEpilogue& epilogue) {
  const at::Tensor planes = planes_of(weights, data);
  at::Tensor y =
      at::empty({x.size(0), static_cast<std::int64_t>(weights.out), x.size(2), x.size(3)}, x.options().memory_format(nhwc));
  const std::size_t tiles = tiles_of(x);
  const std::size_t block = tiles_in_block(weights.in);
  const std::size_t scratch_size = winograd_input_size(block, weights.in) + winograd_planes * block * winograd_panel();
  const auto* const from = x.const_data_ptr<float>();
  const auto* const kernel = planes.const_data_ptr<float>();
  auto* const to = y.mutable_data_ptr<float>();
  parallel_ranges(static_cast<std::int64_t>((tiles + block - 1) / block), [&](std::int64_t begin, std::int64_t end) {
    const auto scratch = std::make_unique_for_overwrite<float[]>(scratch_size);
    for (std::size_t first = static_cast<std::size_t>(begin) * block;
         first < std::min(static_cast<std::size_t>(end) * block, tiles); first += block) {
      winograd_forward(images_of(x), {first, std::min(block, tiles - first)}, from, kernel, weights.out, epilogue, scratch.get(),
                       to);
    }
  });
  return y;
}

const float* data_or_null(const at::Tensor& x) { return x.defined() ? x.const_data_ptr<float>() : nullptr; }

at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& other,
                   bool rectified) {
  const at::Tensor kernel = weight.contiguous(nhwc);
  return convolve(x, weights_of(kernel), kernel.const_data_ptr<float>(), {data_or_null(bias), data_or_null(other), rectified});
}

at::Tensor input_gradient(const at::Tensor& dy, const at::Tensor& weight) {
  const at::Tensor kernel = weight.contiguous(nhwc);
  const WinogradWeights weights = weights_of(kernel);
  constexpr std::ptrdiff_t last_tap = 8;
  return convolve(dy, turned(weights), kernel.const_data_ptr<float>() + last_tap * weights.tap, {});
}

struct WeightGradients {
  at::Tensor weight, bias;
};

WeightGradients weight_gradients(const at::Tensor& x, const at::Tensor& dy) {
  const std::size_t in = extent(x, 1);
  const std::size_t out = extent(dy, 1);
  const std::size_t panels = out / winograd_panel();
  const std::size_t tiles = tiles_of(x);
  // Both sides' planes of a chunk of tiles, which the threads share.
  constexpr std::size_t floats = 1 << 20;
  constexpr std::size_t group = 16;
  const std::size_t chunk = std::max<std::size_t>(floats / (winograd_planes * (in + out)) / group, 1) * group;
  const auto input_planes = std::make_unique_for_overwrite<float[]>(winograd_input_size(chunk, in));
  const auto gradient_planes = std::make_unique_for_overwrite<float[]>(winograd_planes * chunk * out);
  const at::Tensor sums = at::zeros({static_cast<std::int64_t>(winograd_planes * in * out)}, at::kFloat);
  at::Tensor bias = at::zeros({dy.size(1)}, at::kFloat);
  auto* const sum = sums.mutable_data_ptr<float>();
  auto* const bias_sum = bias.mutable_data_ptr<float>();
  for (std::size_t first = 0; first < tiles; first += chunk) {
    const std::size_t count = std::min(chunk, tiles - first);
    for_each((count + group - 1) / group, [&](std::size_t part) {
      const std::size_t place = part * group;
      const WinogradTiles own{first + place, std::min(group, count - place)};
      winograd_input(images_of(x), own, x.const_data_ptr<float>(), place, count, input_planes.get());
      winograd_gradient(images_of(dy), own, dy.const_data_ptr<float>(), place, count, gradient_planes.get());
    });
    for_each(winograd_planes * panels, [&](std::size_t item) {
      winograd_accumulate(count, in, item / panels, item % panels, input_planes.get(), gradient_planes.get(), sum, bias_sum);
    });
  }
  at::Tensor weight = at::empty({dy.size(1), x.size(1), 3, 3}, x.options().memory_format(nhwc));
  auto* const to = weight.mutable_data_ptr<float>();
  const WinogradWeights weights = weights_of(weight);
  for_each(panels, [&](std::size_t panel) { winograd_weight_gradient(weights, panel, sum, to); });
  return {weight, bias};
}

struct WinogradConvolution final : torch::autograd::Function<WinogradConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["has_bias"] = bias.has_value();
    return radforge::forward(x, weight, bias.value_or(at::Tensor()), {}, false);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor dy = gradients[0].contiguous(nhwc);
    const at::Tensor x = context->needs_input_grad(0) ? input_gradient(dy, saved[1]) : at::Tensor();
    const bool has_bias = context->saved_data["has_bias"].toBool();
    if (!context->needs_input_grad(1) && !(has_bias && context->needs_input_grad(2))) {
      return {x, {}, {}}; // frozen, as a network that judges images
    }
    const WeightGradients found = weight_gradients(saved[0], dy);
    return {x, found.weight, has_bias ? found.bias : at::Tensor()};
  }
};

bool is_fp32_on_host(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

} // namespace

bool winograd_serves(const at::Tensor& x, const at::Tensor& weight) {
  constexpr std::int64_t channels = 32;
  constexpr std::int64_t side = 4;
  return is_fp32_on_host(x) && is_fp32_on_host(weight) && x.dim() == 4 && x.numel() > 0 && x.is_contiguous(nhwc) &&
         weight.size(0) % channels == 0 && weight.size(1) % channels == 0 && x.size(2) >= side && x.size(3) >= side;
}

at::Tensor winograd_conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return c10::GradMode::is_enabled() ? WinogradConvolution::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt)
                                     : forward(x, weight, bias, {}, false);
}

at::Tensor winograd_conv2d_rectified(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                     const at::Tensor& other) {
  return forward(x, weight, bias, other.defined() ? other.contiguous(nhwc) : other, true);
}

} // namespace radforge
