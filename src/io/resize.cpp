#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "image_codec.hpp"
#include "resize_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

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

/// sinc(x) sinc(x / 3), by one sine: sin(3t) = 3 sin(t) - 4 sin(t)^3.
double lanczos3(double x) {
  if (x == 0 || std::abs(x) >= 3) {
    return x == 0 ? 1 : 0;
  }
  const double t = std::numbers::pi * x / 3;
  const double sine = std::sin(t);
  return sine * sine * (3 - 4 * sine * sine) / (3 * t * t);
}

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

/// One window for each of `target` pixels along an axis of `source` pixels. When shrinking, the kernel is stretched to cover all
/// source pixels; that is the antialiasing.
ResizeWindows windows_of(int source, int target, const Kernel& kernel) {
  const double scale = static_cast<double>(source) / target;
  const double stretch = std::max(scale, 1.0);
  const double support = kernel.support * stretch;
  ResizeWindows result;
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
    result.windows.push_back({static_cast<std::size_t>(first), result.weights.size(), weights.size()});
    for (const double weight : weights) {
      result.weights.push_back(static_cast<std::int32_t>(std::lround(weight / sum * (1 << resize_weight_bits))));
    }
  }
  return result;
}

Image resize_height(const Image& image, int height, const ResizeWindows& windows) {
  Image out = make_image(height, image.width, image.channels);
  blend_rows(image.pixels.data(), static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels), windows,
             out.pixels.data());
  return out;
}

/// Columns are blended as rows of the transposed image are, so that one kernel serves both ways and neighbours in memory are
/// summed side by side; some rows at a time, so that all of it stays in the cache.
Image resize_width(const Image& image, int width, const ResizeWindows& windows) {
  constexpr std::size_t rows_at_a_time = 64;
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * channels;
  const std::size_t out_row_bytes = static_cast<std::size_t>(width) * channels;
  Image out = make_image(image.height, width, image.channels);
  std::vector<std::uint8_t> columns(rows_at_a_time * row_bytes);
  std::vector<std::uint8_t> blended(rows_at_a_time * out_row_bytes);
  const auto height = static_cast<std::size_t>(image.height);
  for (std::size_t row = 0; row < height; row += rows_at_a_time) {
    const std::size_t num_rows = std::min(rows_at_a_time, height - row);
    transpose(image.pixels.data() + row * row_bytes, num_rows, row_bytes, columns.data());
    blend_rows(columns.data(), num_rows * channels, windows, blended.data());
    transpose(blended.data(), out_row_bytes, num_rows, out.pixels.data() + row * out_row_bytes);
  }
  return out;
}

} // namespace

Image resize(const Image& image, int height, int width, Filter filter) {
  require(height > 0 && width > 0 && image.height > 0 && image.width > 0, "sizes of images are positive");
  const Kernel kernel = kernel_of(filter);
  const ResizeWindows across = windows_of(image.width, width, kernel);
  Image out = width == image.width ? image : resize_width(image, width, across);
  if (height == image.height) {
    return out;
  }
  const bool is_alike = height == width && image.height == image.width;
  return resize_height(out, height, is_alike ? across : windows_of(image.height, height, kernel));
}

} // namespace radforge
