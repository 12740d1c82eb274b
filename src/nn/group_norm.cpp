#include "radforge/nn/group_norm.hpp"

#include "cuda_jobs.hpp"
#include "group_norm_device.hpp"
#include "group_norm_kernel.hpp"
#include "kernel_tensor.hpp"
#include "parallel_ranges.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/silu.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace radforge {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct NormOptions : GroupNormOptions {
  bool whole_batch = false; ///< all images are one sample
};

/// N samples of H x W rows of C channels, cut into chunks of rows that stay in a core's cache. The cut depends on shapes alone.
struct Layout {
  Layout(const at::Tensor& x, const NormOptions& options)
      : samples(options.whole_batch ? 1 : x.size(0)), rows(x.numel() / x.size(1) / samples), channels(x.size(1)),
        width(channels / options.groups) {
    constexpr std::int64_t elements = 1 << 16;
    rows_in_chunk = std::max<std::int64_t>(elements / channels, 1);
    chunks = (rows + rows_in_chunk - 1) / rows_in_chunk;
  }

  NormRows rows_of(std::int64_t chunk) const {
    return {static_cast<std::size_t>(std::min(rows_in_chunk, rows - chunk * rows_in_chunk)), static_cast<std::size_t>(channels)};
  }
  std::int64_t element(std::int64_t sample, std::int64_t chunk) const {
    return (sample * rows + chunk * rows_in_chunk) * channels;
  }

  std::int64_t samples, rows, channels;
  std::int64_t width; ///< channels of a group
  std::int64_t rows_in_chunk, chunks;
};

/// Calls `first` for every chunk, `between` for every sample when its chunks are done, then `second` for every chunk. A sample of
/// one chunk is done at once, while it is in cache.
template <class First, class Between, class Second>
void in_two_passes(const Layout& layout, const First& first, const Between& between, const Second& second) {
  const std::int64_t chunks = layout.chunks;
  if (chunks == 1) {
    parallel_ranges(layout.samples, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t sample = begin; sample < end; ++sample) {
        first(sample, 0);
        between(sample);
        second(sample, 0);
      }
    });
    return;
  }
  const auto each_chunk = [&](const auto& work) {
    parallel_ranges(layout.samples * chunks, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        work(i / chunks, i % chunks);
      }
    });
  };
  each_chunk(first);
  for (std::int64_t sample = 0; sample < layout.samples; ++sample) {
    between(sample);
  }
  each_chunk(second);
}

float value_of(float x) { return x; }
float value_of(Bf16 x) { return at::BFloat16(x.bits, at::BFloat16::from_bits()); }

at::Tensor fp32(const at::Tensor& x) { return x.to(at::kFloat).contiguous(); }

struct Parameters {
  Parameters(const at::Tensor& weight_in, const at::Tensor& bias_in, const at::Tensor& shift_in)
      : weight(fp32(weight_in)), bias(fp32(bias_in)), shift(shift_in.defined() ? fp32(shift_in) : shift_in) {}

  /// Of channel c of a sample.
  float shift_of(std::int64_t sample, std::int64_t c) const {
    return shift.defined() ? shift.const_data_ptr<float>()[sample * weight.numel() + c] : 0.0F;
  }

  at::Tensor weight, bias, shift; ///< fp32
};

NormChannels channels_of(const Parameters& parameters, const float* scale, std::int64_t count) {
  return {scale, scale + count, parameters.weight.const_data_ptr<float>(), parameters.bias.const_data_ptr<float>()};
}

/// From the sums over x - pivot of a sample's chunks, the scale and the offset that normalise each channel.
void finish_moments(const Layout& layout, const NormOptions& options, const Parameters& parameters, std::int64_t sample,
                    const float* pivot, const float* sums, float* scale) {
  const std::int64_t count = layout.channels;
  const auto rows = static_cast<double>(layout.rows);
  const auto width = static_cast<double>(layout.width);
  for (std::int64_t first = 0; first < count; first += layout.width) {
    double mean = 0;
    double square = 0; // about the mean of a channel
    double spread = 0; // of the channels' means
    for (std::int64_t c = first; c < first + layout.width; ++c) {
      double sum = 0;
      double squares = 0;
      for (std::int64_t chunk = 0; chunk < layout.chunks; ++chunk) {
        sum += sums[2 * chunk * count + c];
        squares += sums[(2 * chunk + 1) * count + c];
      }
      square += squares - sum * sum / rows;
      const double own = pivot[c] + sum / rows + parameters.shift_of(sample, c);
      // Welford's update, with a channel as the element.
      const double delta = own - mean;
      mean += delta / static_cast<double>(c - first + 1);
      spread += delta * (own - mean);
    }
    const double variance = std::max((square + rows * spread) / (rows * width), 0.0);
    const double inverse = 1 / std::sqrt(variance + options.epsilon);
    for (std::int64_t c = first; c < first + layout.width; ++c) {
      scale[c] = static_cast<float>(inverse);
      scale[count + c] = static_cast<float>((parameters.shift_of(sample, c) - mean) * inverse);
    }
  }
}

/// Writes y, and N x 2 x C of what normalises the channels.
template <class T>
at::Tensor forward(const at::Tensor& x, const Parameters& parameters, const NormOptions& options, at::Tensor& y) {
  const Layout layout(x, options);
  const std::int64_t count = layout.channels;
  at::Tensor scales = at::empty({layout.samples, 2, count}, at::kFloat);
  const at::Tensor sums = at::empty({layout.samples, layout.chunks, 2, count}, at::kFloat);
  const at::Tensor pivots = at::empty({layout.samples, count}, at::kFloat);
  const T* const from = elements<T>(x);
  T* const to = mutable_elements<T>(y);
  auto* const scale = scales.mutable_data_ptr<float>();
  auto* const sum = sums.mutable_data_ptr<float>();
  auto* const pivot = pivots.mutable_data_ptr<float>();
  // The first row of a sample is near enough to the mean that squares of the differences lose no digits.
  for (std::int64_t sample = 0; sample < layout.samples; ++sample) {
    std::transform(from + layout.element(sample, 0), from + layout.element(sample, 0) + count, pivot + sample * count,
                   [](T value) { return value_of(value); });
  }
  in_two_passes(
      layout,
      [&](std::int64_t sample, std::int64_t chunk) {
        float* const own = sum + (sample * layout.chunks + chunk) * 2 * count;
        norm_moments(layout.rows_of(chunk), from + layout.element(sample, chunk), pivot + sample * count, own, own + count);
      },
      [&](std::int64_t sample) {
        finish_moments(layout, options, parameters, sample, pivot + sample * count, sum + sample * layout.chunks * 2 * count,
                       scale + sample * 2 * count);
      },
      [&](std::int64_t sample, std::int64_t chunk) {
        const std::int64_t first = layout.element(sample, chunk);
        norm_forward(layout.rows_of(chunk), options.activation, channels_of(parameters, scale + sample * 2 * count, count),
                     from + first, to + first);
      });
  return scales;
}

/// The three sums of a sample over its chunks, in the first chunk's place.
void add_chunks(const Layout& layout, float* sums) {
  for (std::int64_t i = 0; i < 3 * layout.channels; ++i) {
    double total = 0;
    for (std::int64_t chunk = 0; chunk < layout.chunks; ++chunk) {
      total += sums[chunk * 3 * layout.channels + i];
    }
    sums[i] = static_cast<float>(total);
  }
}

// With dz the gradient of weight * n + bias, n the normalised value, r the scale, and means over the elements of a group:
// dx = r (weight dz - mean(weight dz) - n mean(weight dz n)), of which n = r x + offset.
void finish_gradient(const Layout& layout, const Parameters& parameters, const float* scale, const float* sums, float* gradient,
                     float* shift_gradient) {
  const std::int64_t count = layout.channels;
  const auto* const weight = parameters.weight.const_data_ptr<float>();
  const auto rows = static_cast<double>(layout.rows);
  const double elements = rows * static_cast<double>(layout.width);
  for (std::int64_t first = 0; first < count; first += layout.width) {
    double mean = 0;
    double mean_product = 0;
    for (std::int64_t c = first; c < first + layout.width; ++c) {
      mean += double{weight[c]} * sums[c] / elements;
      mean_product += double{weight[c]} * sums[count + c] / elements;
    }
    for (std::int64_t c = first; c < first + layout.width; ++c) {
      const double r = scale[c];
      gradient[c] = static_cast<float>(r * weight[c]);
      gradient[count + c] = static_cast<float>(-r * r * mean_product);
      gradient[2 * count + c] = static_cast<float>(-r * (mean + mean_product * scale[count + c]));
      shift_gradient[c] =
          static_cast<float>(r * (double{weight[c]} * sums[c] - rows * mean - mean_product * sums[2 * count + c]));
    }
  }
}

template <class T>
GroupNormGradients backward(const at::Tensor& x, const Parameters& parameters, const at::Tensor& scales, const at::Tensor& dy,
                            const NormOptions& options) {
  const Layout layout(x, options);
  const std::int64_t count = layout.channels;
  GroupNormGradients gradients{at::empty_like(x), at::empty({count}, at::kFloat), at::empty({count}, at::kFloat),
                               at::empty({layout.samples, count}, at::kFloat)};
  const at::Tensor sums = at::empty({layout.samples, layout.chunks, 3, count}, at::kFloat);
  const at::Tensor factors = at::empty({layout.samples, 3, count}, at::kFloat);
  const T* const from = elements<T>(x);
  const T* const gradient = elements<T>(dy);
  T* const to = mutable_elements<T>(gradients.x);
  const auto* const scale = scales.const_data_ptr<float>();
  auto* const sum = sums.mutable_data_ptr<float>();
  auto* const factor = factors.mutable_data_ptr<float>();
  auto* const shift = gradients.shift.template mutable_data_ptr<float>();
  in_two_passes(
      layout,
      [&](std::int64_t sample, std::int64_t chunk) {
        float* const own = sum + (sample * layout.chunks + chunk) * 3 * count;
        const std::int64_t first = layout.element(sample, chunk);
        norm_backward_sums(layout.rows_of(chunk), options.activation, channels_of(parameters, scale + sample * 2 * count, count),
                           from + first, gradient + first, to + first, {own, own + count, own + 2 * count});
      },
      [&](std::int64_t sample) {
        float* const own = sum + sample * layout.chunks * 3 * count;
        add_chunks(layout, own);
        finish_gradient(layout, parameters, scale + sample * 2 * count, own, factor + sample * 3 * count, shift + sample * count);
      },
      [&](std::int64_t sample, std::int64_t chunk) {
        const float* const own = factor + sample * 3 * count;
        const std::int64_t first = layout.element(sample, chunk);
        norm_backward(layout.rows_of(chunk), {own, own + count, own + 2 * count}, from + first, to + first);
      });
  const at::Tensor totals = sums.select(1, 0).sum(at::IntArrayRef{0}, false, at::kDouble);
  gradients.bias = totals[0].to(at::kFloat);
  gradients.weight = totals[1].to(at::kFloat);
  return gradients;
}

NormOptions options_of(AutogradContext* context) {
  return {{context->saved_data["groups"].toInt(), context->saved_data["epsilon"].toDouble(),
           static_cast<NormActivation>(context->saved_data["activation"].toInt())},
          context->saved_data["whole_batch"].toBool()};
}

template <class T>
at::Tensor forward_where(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& shift,
                         const NormOptions& options, at::Tensor& y) {
  return x.is_cuda() ? device_norm_forward<T>(OnCuda(), x, weight, bias, shift, options, y)
                     : forward<T>(x, {weight, bias, shift}, options, y);
}

at::Tensor run_forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& shift,
                       const NormOptions& options, at::Tensor& y) {
  y = at::empty_like(x, {}, at::MemoryFormat::ChannelsLast);
  return x.scalar_type() == at::kFloat ? forward_where<float>(x, weight, bias, shift, options, y)
                                       : forward_where<Bf16>(x, weight, bias, shift, options, y);
}

/// `saved`: x, weight, bias, the shift or nothing, and what forward left.
template <class T>
GroupNormGradients backward_where(const variable_list& saved, const at::Tensor& dy, const NormOptions& options) {
  return saved[0].is_cuda() ? device_norm_backward<T>(OnCuda(), saved[0], saved[1], saved[2], saved[3], saved[4], dy, options)
                            : backward<T>(saved[0], {saved[1], saved[2], saved[3]}, saved[4], dy, options);
}

struct FusedGroupNorm final : torch::autograd::Function<FusedGroupNorm> {
  /// y, and what normalised the channels.
  static variable_list forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                               const std::optional<at::Tensor>& shift, const NormOptions& options) {
    at::Tensor y;
    const at::Tensor given = shift.value_or(at::Tensor());
    const at::Tensor scales = run_forward(x, weight, bias, given, options, y);
    context->save_for_backward({x, weight, bias, given, scales});
    context->mark_non_differentiable({scales});
    context->saved_data["groups"] = options.groups;
    context->saved_data["epsilon"] = options.epsilon;
    context->saved_data["activation"] = static_cast<std::int64_t>(options.activation);
    context->saved_data["whole_batch"] = options.whole_batch;
    return {y, scales};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& shift = saved[3];
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    const NormOptions options = options_of(context);
    const GroupNormGradients found =
        x.scalar_type() == at::kFloat ? backward_where<float>(saved, dy, options) : backward_where<Bf16>(saved, dy, options);
    return {found.x, found.weight, found.bias, shift.defined() ? found.shift.to(shift.scalar_type()) : at::Tensor(), {}};
  }
};

/// y, and what normalised the channels.
variable_list normalise(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& shift,
                        const NormOptions& options) {
  if (!c10::GradMode::is_enabled()) {
    at::Tensor y;
    const at::Tensor scales = run_forward(x, weight, bias, shift, options, y);
    return {y, scales};
  }
  return FusedGroupNorm::apply(x, weight, bias, shift.defined() ? std::optional(shift) : std::nullopt, options);
}

} // namespace

at::Tensor reference_group_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                const GroupNormOptions& options, const at::Tensor& shift) {
  const at::Tensor shifted = shift.defined() ? x.add(shift.unsqueeze(-1).unsqueeze(-1)) : x;
  const at::Tensor y = at::group_norm(shifted, options.groups, weight, bias, options.epsilon);
  return options.activation == NormActivation::silu ? at::silu(y) : y;
}

at::Tensor group_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const GroupNormOptions& options,
                      const at::Tensor& shift) {
  if (x.dim() != 4 || !has_kernels(x) || weight.scalar_type() != x.scalar_type() ||
      !x.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    return reference_group_norm(x, weight, bias, options, shift);
  }
  return normalise(x, weight, bias, shift, {options})[0];
}

bool batch_norm_serves(const at::Tensor& x) {
  return x.dim() == 4 && x.is_cpu() && has_kernels(x) && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

NormalisedBatch batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  const NormOptions options{{x.size(1), epsilon, NormActivation::none}, true};
  const variable_list found = normalise(x, weight, bias, {}, options);
  const at::Tensor scales = found[1][0].to(at::kDouble);
  return {found[0], scales[1].div(scales[0]).neg(), scales[0].square().reciprocal().sub(epsilon).clamp_min(0)};
}

} // namespace radforge
