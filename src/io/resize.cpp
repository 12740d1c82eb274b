#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "image_codec.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace radforge {
namespace {

struct Kernel {
  double support; ///< half the width, in source pixels when enlarging
  double (*value)(double);
};

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

/// Keys' cubic convolution with a = -1/2 (IEEE Trans. ASSP 29, 1981).
double keys_cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) {
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  }
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

double sinc(double x) { return x == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

double lanczos3(double x) { return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0.0; }

Kernel kernel_of(Filter filter) {
  switch (filter) {
  case Filter::bilinear:
    return {1, triangle};
  case Filter::bicubic:
    return {2, keys_cubic};
  case Filter::lanczos:
    return {3, lanczos3};
  }
  return {1, triangle};
}

/// 8 bits of pixel and 2 of overshoot leave 22 bits of a 32-bit sum to the weights.
constexpr int weight_bits = 22;

/// The source pixels that make one target pixel, and their weights in fixed point.
struct Window {
  int first = 0;
  std::vector<std::int32_t> weights;
};

/// One window for each of `target` pixels along an axis of `source` pixels. When shrinking, the kernel is stretched to cover all
/// source pixels; that is the antialiasing.
std::vector<Window> windows_of(int source, int target, const Kernel& kernel) {
  const double scale = static_cast<double>(source) / target;
  const double stretch = std::max(scale, 1.0);
  const double support = kernel.support * stretch;
  std::vector<Window> windows(static_cast<std::size_t>(target));
  std::vector<double> weights;
  for (int i = 0; i < target; ++i) {
    const double center = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(center - support + 0.5));
    const int last = std::min(source, static_cast<int>(center + support + 0.5));
    weights.clear();
    double sum = 0;
    for (int j = first; j < last; ++j) {
      weights.push_back(kernel.value((j + 0.5 - center) / stretch));
      sum += weights.back();
    }
    Window& window = windows[static_cast<std::size_t>(i)];
    window.first = first;
    for (const double weight : weights) {
      window.weights.push_back(static_cast<std::int32_t>(std::lround(weight / sum * (1 << weight_bits))));
    }
  }
  return windows;
}

/// The weighted mean of pixels that lie `stride` bytes apart.
std::uint8_t apply(const Window& window, const std::uint8_t* pixel, std::size_t stride) {
  std::int32_t sum = 1 << (weight_bits - 1);
  for (const std::int32_t weight : window.weights) {
    sum += weight * *pixel;
    pixel += stride;
  }
  return static_cast<std::uint8_t>(std::clamp(sum >> weight_bits, 0, 255));
}

Image resize_width(const Image& image, int width, const Kernel& kernel) {
  const std::vector<Window> windows = windows_of(image.width, width, kernel);
  Image out = make_image(image.height, width, image.channels);
  const auto channels = static_cast<std::size_t>(image.channels);
  std::uint8_t* target = out.pixels.data();
  for (std::size_t row = 0; row < static_cast<std::size_t>(image.height); ++row) {
    const std::uint8_t* source = image.pixels.data() + row * static_cast<std::size_t>(image.width) * channels;
    for (const Window& window : windows) {
      for (std::size_t channel = 0; channel < channels; ++channel) {
        *target++ = apply(window, source + static_cast<std::size_t>(window.first) * channels + channel, channels);
      }
    }
  }
  return out;
}

Image resize_height(const Image& image, int height, const Kernel& kernel) {
  const std::vector<Window> windows = windows_of(image.height, height, kernel);
  Image out = make_image(height, image.width, image.channels);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  std::uint8_t* target = out.pixels.data();
  for (const Window& window : windows) {
    const std::uint8_t* source = image.pixels.data() + static_cast<std::size_t>(window.first) * row_bytes;
    for (std::size_t i = 0; i < row_bytes; ++i) {
      *target++ = apply(window, source + i, row_bytes);
    }
  }
  return out;
}

} // namespace

Image resize(const Image& image, int height, int width, Filter filter) {
  require(height > 0 && width > 0 && image.height > 0 && image.width > 0, "sizes of images are positive");
  const Kernel kernel = kernel_of(filter);
  Image out = width == image.width ? image : resize_width(image, width, kernel);
  return height == out.height ? out : resize_height(out, height, kernel);
}

} // namespace radforge
