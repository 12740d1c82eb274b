#pragma once

#include <cstddef>

namespace radforge {

// Parts of a 3 x 3 convolution by F(2 x 2, 3 x 3) of Winograd's minimal filtering (Lavin and Gray 2016, section 4.1): tiles of 4
// x 4 pixels and kernels of 3 x 3 become 16 planes each, products of matrices plane by plane take the place of sums over taps,
// and 2 x 2 pixels come back. All channel counts are multiples of 32. Rows of channels are cut into panels of as many as a
// product takes at once.

inline constexpr std::size_t winograd_planes = 16;

/// Images with channels last, cut into tiles of 2 x 2 pixels, image by image and row by row. What lies beyond an edge is zero.
struct WinogradImages {
  std::size_t height, width; ///< pixels
  std::size_t channels;
  std::size_t tiles_down() const { return (height + 1) / 2; }
  std::size_t tiles_across() const { return (width + 1) / 2; }
};

/// Tiles [first, first + count) of images.
struct WinogradTiles {
  std::size_t first, count;
};

/// One of 3 x 3 x in x out weights is at data + (3 * row + column) * tap + i * in_step + o * out_step.
struct WinogradWeights {
  std::size_t in, out;
  std::ptrdiff_t tap, in_step, out_step;
};

/// Floats of the 16 planes of so many tiles with so many channels.
std::size_t winograd_input_size(std::size_t tiles, std::size_t channels);
/// Channels of a panel.
std::size_t winograd_panel();

/// Panel `panel` of the planes of weights, in `planes`, which holds 16 x in x out floats for all panels.
void winograd_weights(const WinogradWeights& weights, std::size_t panel, const float* data, float* planes);

/// What a convolution adds to its sums and does with them. Null for none.
struct WinogradEpilogue {
  const float* bias;  ///< out
  const float* other; ///< as the output
  bool rectified;     ///< max(0, y)
};

/// The output's pixels of some tiles. `scratch` holds winograd_input_size(count, in) + 16 * count * panel floats.
void winograd_forward(const WinogradImages& x, const WinogradTiles& tiles, const float* data, const float* planes,
                      std::size_t out, const WinogradEpilogue& epilogue, float* scratch, float* y);

/// Some tiles' planes of x, which have places for `in_all` tiles, from place `place` on; winograd_input_size(in_all, channels)
/// floats.
void winograd_input(const WinogradImages& x, const WinogradTiles& tiles, const float* data, std::size_t place, std::size_t in_all,
                    float* planes);
/// The same of the output's gradient; 16 * in_all * channels floats.
void winograd_gradient(const WinogradImages& dy, const WinogradTiles& tiles, const float* data, std::size_t place,
                       std::size_t in_all, float* planes);
/// Adds what `count` tiles give to plane `plane` of panel `panel` of the weights' gradient, and to that panel of the bias's where
/// the plane is the one that sums a tile.
void winograd_accumulate(std::size_t count, std::size_t in, std::size_t plane, std::size_t panel, const float* input,
                         const float* gradient, float* weights, float* bias);
/// The gradient of panel `panel` of the weights, from its planes.
void winograd_weight_gradient(const WinogradWeights& weights, std::size_t panel, const float* planes, float* gradient);

} // namespace radforge
