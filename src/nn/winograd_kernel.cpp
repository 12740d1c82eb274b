#include "winograd_kernel.hpp"

#include <array>
#include <vector>

// As for the random numbers (core/philox_kernels.cpp).
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/winograd_kernel.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include "nn/small_matmul.hpp"

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

HWY_INLINE std::size_t panel_width() { return 2 * lanes(); }

/// Planes would lie a multiple of 4 kB apart, and their lines take the same places of a cache, without a line between them.
HWY_INLINE std::size_t plane_size(std::size_t tiles, std::size_t channels) { return tiles * channels + 16; }

struct Place {
  std::size_t image, down, across;
};

HWY_INLINE Place place_of(const WinogradImages& images, std::size_t tile) {
  const std::size_t across = images.tiles_across();
  const std::size_t tiles = images.tiles_down() * across;
  return {tile / tiles, tile % tiles / across, tile % across};
}

/// Where pixel (row, column) of an image begins, which may lie beyond its edges: there are zeros.
HWY_INLINE const float* pixel(const WinogradImages& images, const float* data, const float* zeros, std::size_t image,
                              std::ptrdiff_t row, std::ptrdiff_t column) {
  if (row < 0 || column < 0 || static_cast<std::size_t>(row) >= images.height ||
      static_cast<std::size_t>(column) >= images.width) {
    return zeros;
  }
  return data + ((image * images.height + static_cast<std::size_t>(row)) * images.width + static_cast<std::size_t>(column)) *
                    images.channels;
}

/// (1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1) times four values that are `step` apart.
HWY_INLINE void combine_input(const Vec* from, Vec* to, std::size_t step) {
  const Vec a = from[0];
  const Vec b = from[step];
  const Vec c = from[2 * step];
  const Vec d = from[3 * step];
  to[0] = hn::Sub(a, c);
  to[step] = hn::Add(b, c);
  to[2 * step] = hn::Sub(c, b);
  to[3 * step] = hn::Sub(b, d);
}

/// Calls `give(channel, values)` for the 16 planes of a tile, a vector of channels at a time.
template <class Give>
HWY_INLINE void input_planes(const WinogradImages& x, std::size_t tile, const float* data, const float* zeros, const Give& give) {
  const Place place = place_of(x, tile);
  std::array<const float*, winograd_planes> pixels;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      pixels[4 * i + j] = pixel(x, data, zeros, place.image, static_cast<std::ptrdiff_t>(2 * place.down + i) - 1,
                                static_cast<std::ptrdiff_t>(2 * place.across + j) - 1);
    }
  }
  for (std::size_t c = 0; c < x.channels; c += lanes()) {
    Vec values[winograd_planes];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < winograd_planes; ++i) {
      values[i] = load(pixels[i] + c);
    }
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) {
      combine_input(values + j, values + j, 4);
    }
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      combine_input(values + 4 * i, values + 4 * i, 1);
    }
    give(c, values);
  }
}

void input(const WinogradImages& x, const WinogradTiles& tiles, const float* data, std::size_t place, std::size_t in_all,
           float* planes) {
  const std::vector<float> zeros(x.channels);
  for (std::size_t t = 0; t < tiles.count; ++t) {
    input_planes(x, tiles.first + t, data, zeros.data(), [&](std::size_t c, const Vec* values) HWY_ATTR {
      float* const to = planes + (place + t) * x.channels + c;
#pragma GCC unroll 16
      for (std::size_t plane = 0; plane < winograd_planes; ++plane) {
        store(values[plane], to + plane * plane_size(in_all, x.channels));
      }
    });
  }
}

/// From the planes of a tile's panel, its 2 x 2 pixels.
HWY_INLINE void output_tile(const WinogradImages& y, std::size_t tile, const float* planes, std::size_t first_channel,
                            const WinogradEpilogue& epilogue, float* data) {
  const Place place = place_of(y, tile);
  for (std::size_t c = 0; c < panel_width(); c += lanes()) {
    Vec rows[8];
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) {
      const float* const from = planes + j * panel_width() + c;
      const auto plane = [&](std::size_t i) HWY_ATTR { return load(from + 4 * i * panel_width()); };
      const Vec sum = hn::Add(plane(1), plane(2));
      const Vec difference = hn::Sub(plane(1), plane(2));
      rows[j] = hn::Add(plane(0), sum);
      rows[4 + j] = hn::Sub(difference, plane(3));
    }
    const std::size_t channel = first_channel + c;
    const Vec bias = epilogue.bias != nullptr ? load(epilogue.bias + channel) : set(0);
#pragma GCC unroll 2
    for (std::size_t i = 0; i < 2; ++i) {
      const Vec sum = hn::Add(rows[4 * i + 1], rows[4 * i + 2]);
      const Vec difference = hn::Sub(rows[4 * i + 1], rows[4 * i + 2]);
      const Vec values[2] = {hn::Add(rows[4 * i], sum), hn::Sub(difference, rows[4 * i + 3])};
      const std::size_t row = 2 * place.down + i;
#pragma GCC unroll 2
      for (std::size_t j = 0; j < 2; ++j) {
        const std::size_t column = 2 * place.across + j;
        if (row < y.height && column < y.width) {
          const std::size_t at = ((place.image * y.height + row) * y.width + column) * y.channels + channel;
          Vec value = hn::Add(values[j], bias);
          if (epilogue.other != nullptr) {
            value = hn::Add(value, load(epilogue.other + at));
          }
          store(epilogue.rectified ? hn::IfThenElse(hn::Lt(value, set(0)), set(0), value) : value, data + at); // NaN stays
        }
      }
    }
  }
}

void forward(const WinogradImages& x, const WinogradTiles& tiles, const float* data, const float* planes, std::size_t out,
             const WinogradEpilogue& epilogue, float* scratch, float* y) {
  const std::size_t panel = panel_width();
  const std::size_t size = plane_size(tiles.count, x.channels);
  float* const products = scratch + winograd_planes * size;
  input(x, tiles, data, 0, tiles.count, scratch);
  const WinogradImages output{x.height, x.width, out};
  for (std::size_t o = 0; o < out; o += panel) {
    const float* const weights = planes + o * winograd_planes * x.channels;
    for (std::size_t plane = 0; plane < winograd_planes; ++plane) {
      multiply<Into::overwritten>(tiles.count, panel, x.channels, {scratch + plane * size, x.channels, 1},
                                  {weights + plane * x.channels * panel, panel}, products + plane * panel,
                                  winograd_planes * panel);
    }
    for (std::size_t t = 0; t < tiles.count; ++t) {
      output_tile(output, tiles.first + t, products + t * winograd_planes * panel, o, epilogue, y);
    }
  }
}

/// (1, 0), (1, 1), (1, -1), (0, -1) times two values that are `step` apart, to four.
HWY_INLINE void spread_gradient(Vec a, Vec b, Vec* to, std::size_t step) {
  to[0] = a;
  to[step] = hn::Add(a, b);
  to[2 * step] = hn::Sub(a, b);
  to[3 * step] = hn::Neg(b);
}

void gradient(const WinogradImages& dy, const WinogradTiles& tiles, const float* data, std::size_t place, std::size_t in_all,
              float* planes) {
  const std::size_t panel = panel_width();
  const std::vector<float> zeros(dy.channels);
  for (std::size_t t = 0; t < tiles.count; ++t) {
    const Place at = place_of(dy, tiles.first + t);
    std::array<const float*, 4> pixels;
    for (std::size_t i = 0; i < 4; ++i) {
      pixels[i] = pixel(dy, data, zeros.data(), at.image, static_cast<std::ptrdiff_t>(2 * at.down + i / 2),
                        static_cast<std::ptrdiff_t>(2 * at.across + i % 2));
    }
    for (std::size_t c = 0; c < dy.channels; c += lanes()) {
      Vec columns[8];
      Vec values[winograd_planes];
      spread_gradient(load(pixels[0] + c), load(pixels[2] + c), columns, 2);
      spread_gradient(load(pixels[1] + c), load(pixels[3] + c), columns + 1, 2);
#pragma GCC unroll 4
      for (std::size_t i = 0; i < 4; ++i) {
        spread_gradient(columns[2 * i], columns[2 * i + 1], values + 4 * i, 1);
      }
      float* const to = planes + (c / panel * winograd_planes * in_all + place + t) * panel + c % panel;
#pragma GCC unroll 16
      for (std::size_t plane = 0; plane < winograd_planes; ++plane) {
        store(values[plane], to + plane * in_all * panel);
      }
    }
  }
}

constexpr std::size_t summing_plane = 5; // (1, 1) down and (1, 1) across

void accumulate(std::size_t count, std::size_t in, std::size_t plane, std::size_t panel, const float* input_planes,
                const float* gradient_planes, float* weights, float* bias) {
  const std::size_t width = panel_width();
  const float* const right = gradient_planes + (panel * winograd_planes + plane) * count * width;
  multiply<Into::added>(in, width, count, {input_planes + plane * plane_size(count, in), 1, in}, {right, width},
                        weights + (panel * winograd_planes + plane) * in * width, width);
  if (plane == summing_plane) {
    for (std::size_t c = 0; c < width; c += lanes()) {
      Vec sum = load(bias + panel * width + c);
      for (std::size_t t = 0; t < count; ++t) {
        sum = hn::Add(sum, load(right + t * width + c));
      }
      store(sum, bias + panel * width + c);
    }
  }
}

/// (1, 0, 0), (1/2, 1/2, 1/2), (1/2, -1/2, 1/2), (0, 0, 1) times three values, to four that are `step` apart.
HWY_INLINE void spread_weights(Vec a, Vec b, Vec c, Vec* to, std::size_t step) {
  const Vec half = hn::Mul(set(0.5F), hn::Add(a, c));
  const Vec middle = hn::Mul(set(0.5F), b);
  to[0] = a;
  to[step] = hn::Add(half, middle);
  to[2 * step] = hn::Sub(half, middle);
  to[3 * step] = c;
}

/// The transposed: four values that are `step` apart to three.
HWY_INLINE void gather_weights(const Vec* from, std::size_t step, Vec* to, std::size_t to_step) {
  const Vec sum = hn::Mul(set(0.5F), hn::Add(from[step], from[2 * step]));
  to[0] = hn::Add(from[0], sum);
  to[to_step] = hn::Mul(set(0.5F), hn::Sub(from[step], from[2 * step]));
  to[2 * to_step] = hn::Add(from[3 * step], sum);
}

constexpr std::size_t num_taps = 9;

std::ptrdiff_t element(const WinogradWeights& weights, std::size_t i, std::size_t o, std::size_t tap) {
  return static_cast<std::ptrdiff_t>(tap) * weights.tap + static_cast<std::ptrdiff_t>(i) * weights.in_step +
         static_cast<std::ptrdiff_t>(o) * weights.out_step;
}

void weights_of(const WinogradWeights& weights, std::size_t panel, const float* data, float* planes) {
  const std::size_t width = panel_width();
  HWY_ALIGN float taps[num_taps * 2 * hn::MaxLanes(Floats())];
  float* const own = planes + panel * width * winograd_planes * weights.in;
  for (std::size_t i = 0; i < weights.in; ++i) {
    for (std::size_t tap = 0; tap < num_taps; ++tap) {
      for (std::size_t o = 0; o < width; ++o) {
        taps[tap * width + o] = data[element(weights, i, panel * width + o, tap)];
      }
    }
    for (std::size_t c = 0; c < width; c += lanes()) {
      Vec rows[12];
      Vec values[winograd_planes];
#pragma GCC unroll 3
      for (std::size_t j = 0; j < 3; ++j) {
        const auto tap = [&](std::size_t row) HWY_ATTR { return load(taps + (3 * row + j) * width + c); };
        spread_weights(tap(0), tap(1), tap(2), rows + j, 3);
      }
#pragma GCC unroll 4
      for (std::size_t r = 0; r < 4; ++r) {
        spread_weights(rows[3 * r], rows[3 * r + 1], rows[3 * r + 2], values + 4 * r, 1);
      }
#pragma GCC unroll 16
      for (std::size_t plane = 0; plane < winograd_planes; ++plane) {
        store(values[plane], own + (plane * weights.in + i) * width + c);
      }
    }
  }
}

void weight_gradient(const WinogradWeights& weights, std::size_t panel, const float* planes, float* to) {
  const std::size_t width = panel_width();
  HWY_ALIGN float taps[num_taps * 2 * hn::MaxLanes(Floats())];
  const float* const own = planes + panel * width * winograd_planes * weights.in;
  for (std::size_t i = 0; i < weights.in; ++i) {
    for (std::size_t c = 0; c < width; c += lanes()) {
      Vec values[winograd_planes];
      Vec rows[12];
      Vec sums[num_taps];
#pragma GCC unroll 16
      for (std::size_t plane = 0; plane < winograd_planes; ++plane) {
        values[plane] = load(own + (plane * weights.in + i) * width + c);
      }
#pragma GCC unroll 4
      for (std::size_t j = 0; j < 4; ++j) {
        gather_weights(values + j, 4, rows + j, 4);
      }
#pragma GCC unroll 3
      for (std::size_t r = 0; r < 3; ++r) {
        gather_weights(rows + 4 * r, 1, sums + 3 * r, 1);
      }
#pragma GCC unroll 9
      for (std::size_t tap = 0; tap < num_taps; ++tap) {
        store(sums[tap], taps + tap * width + c);
      }
    }
    for (std::size_t o = 0; o < width; ++o) {
      for (std::size_t tap = 0; tap < num_taps; ++tap) {
        to[element(weights, i, panel * width + o, tap)] = taps[tap * width + o];
      }
    }
  }
}

std::size_t input_size(std::size_t tiles, std::size_t channels) { return winograd_planes * plane_size(tiles, channels); }

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(panel_width);
HWY_EXPORT(input_size);
HWY_EXPORT(weights_of);
HWY_EXPORT(forward);
HWY_EXPORT(input);
HWY_EXPORT(gradient);
HWY_EXPORT(accumulate);
HWY_EXPORT(weight_gradient);
} // namespace

std::size_t winograd_panel() { return HWY_DYNAMIC_DISPATCH(panel_width)(); }
std::size_t winograd_input_size(std::size_t tiles, std::size_t channels) {
  return HWY_DYNAMIC_DISPATCH(input_size)(tiles, channels);
}
void winograd_weights(const WinogradWeights& weights, std::size_t panel, const float* data, float* planes) {
  HWY_DYNAMIC_DISPATCH(weights_of)(weights, panel, data, planes);
}
void winograd_forward(const WinogradImages& x, const WinogradTiles& tiles, const float* data, const float* planes,
                      std::size_t out, const WinogradEpilogue& epilogue, float* scratch, float* y) {
  HWY_DYNAMIC_DISPATCH(forward)(x, tiles, data, planes, out, epilogue, scratch, y);
}
void winograd_input(const WinogradImages& x, const WinogradTiles& tiles, const float* data, std::size_t place, std::size_t in_all,
                    float* planes) {
  HWY_DYNAMIC_DISPATCH(input)(x, tiles, data, place, in_all, planes);
}
void winograd_gradient(const WinogradImages& dy, const WinogradTiles& tiles, const float* data, std::size_t place,
                       std::size_t in_all, float* planes) {
  HWY_DYNAMIC_DISPATCH(gradient)(dy, tiles, data, place, in_all, planes);
}
void winograd_accumulate(std::size_t count, std::size_t in, std::size_t plane, std::size_t panel, const float* input_planes,
                         const float* gradient_planes, float* weights, float* bias) {
  HWY_DYNAMIC_DISPATCH(accumulate)(count, in, plane, panel, input_planes, gradient_planes, weights, bias);
}
void winograd_weight_gradient(const WinogradWeights& weights, std::size_t panel, const float* planes, float* to) {
  HWY_DYNAMIC_DISPATCH(weight_gradient)(weights, panel, planes, to);
}

} // namespace radforge
#endif
