#include "radforge/data/augmenter.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/philox.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace radforge {

namespace {

/// From -limit to limit.
double about_zero(float uniform, double limit) { return (2 * static_cast<double>(uniform) - 1) * limit; }

/// Maps a place of the changed image to the place of the original that is seen there; both in pixels from the centre.
struct PlaceMap {
  double xx, xy, yx, yy, x0, y0;

  explicit PlaceMap(const Augmentation& change, int height, int width) {
    const double angle = change.rotation_degrees * std::numbers::pi / 180;
    const double c = std::cos(angle) / change.scale;
    const double s = std::sin(angle) / change.scale;
    const double mirror = change.flip ? -1 : 1;
    const double dx = change.shift_x * width;
    const double dy = change.shift_y * height;
    // y grows downwards: counterclockwise on the screen is clockwise in these coordinates.
    xx = mirror * c;
    xy = mirror * -s;
    yx = s;
    yy = c;
    x0 = -(xx * dx + xy * dy);
    y0 = -(yx * dx + yy * dy);
  }
};

bool moves(const Augmentation& change) {
  return change.shift_x != 0 || change.shift_y != 0 || change.rotation_degrees != 0 || change.scale != 1 || change.flip;
}

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0)); }

void move(const Augmentation& change, const DatasetSchema& schema, std::span<std::uint8_t> pixels) {
  const std::vector<std::uint8_t> original(pixels.begin(), pixels.end());
  const PlaceMap map(change, schema.height, schema.width);
  const double centre_x = (schema.width - 1) / 2.0;
  const double centre_y = (schema.height - 1) / 2.0;
  const auto value = [&](int x, int y, int channel) -> double {
    if (x < 0 || y < 0 || x >= schema.width || y >= schema.height) {
      return 0;
    }
    return original[(static_cast<std::size_t>(y) * static_cast<std::size_t>(schema.width) + static_cast<std::size_t>(x)) *
                        static_cast<std::size_t>(schema.channels) +
                    static_cast<std::size_t>(channel)];
  };
  std::size_t at = 0;
  for (int row = 0; row < schema.height; ++row) {
    for (int column = 0; column < schema.width; ++column) {
      const double x = map.xx * (column - centre_x) + map.xy * (row - centre_y) + map.x0 + centre_x;
      const double y = map.yx * (column - centre_x) + map.yy * (row - centre_y) + map.y0 + centre_y;
      const int left = static_cast<int>(std::floor(x));
      const int top = static_cast<int>(std::floor(y));
      const double fx = x - left;
      const double fy = y - top;
      for (int channel = 0; channel < schema.channels; ++channel) {
        const double upper = value(left, top, channel) * (1 - fx) + value(left + 1, top, channel) * fx;
        const double lower = value(left, top + 1, channel) * (1 - fx) + value(left + 1, top + 1, channel) * fx;
        pixels[at++] = to_byte(upper * (1 - fy) + lower * fy);
      }
    }
  }
}

void change_levels(const Augmentation& change, std::span<std::uint8_t> pixels) {
  std::array<std::uint8_t, 256> levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = to_byte(change.contrast * (static_cast<double>(i) - 127.5) + 127.5 + 255 * change.brightness);
  }
  std::transform(pixels.begin(), pixels.end(), pixels.begin(), [&](std::uint8_t value) { return levels[value]; });
}

} // namespace

Augmentation Augmenter::draw(const SampleTurn& turn) const {
  std::array<float, 10> u{};
  fill_uniform({.seed = seed_, .stream = Stream::augment, .id = static_cast<std::uint64_t>(turn.id), .draw = turn.epoch}, u);
  // A window of this part of the side fills the image; its centre lies where it is inside. So the picture moves the other way.
  const double window = 1 - config_.max_crop * static_cast<double>(u[7]);
  const double most_offset = (1 - window) / (2 * window);
  return {.shift_x = about_zero(u[0], config_.max_shift) - about_zero(u[8], most_offset),
          .shift_y = about_zero(u[1], config_.max_shift) - about_zero(u[9], most_offset),
          .rotation_degrees = about_zero(u[2], config_.max_rotation_degrees),
          .scale = std::pow(1 + config_.max_scale, about_zero(u[3], 1)) / window,
          .brightness = about_zero(u[4], config_.max_brightness),
          .contrast = 1 + about_zero(u[5], config_.max_contrast),
          .flip = static_cast<double>(u[6]) < config_.flip_probability};
}

void Augmenter::apply(const SampleTurn& turn, const DatasetSchema& schema, std::span<std::uint8_t> pixels) const {
  augment(draw(turn), schema, pixels);
}

void augment(const Augmentation& change, const DatasetSchema& schema, std::span<std::uint8_t> pixels) {
  require(pixels.size() == schema.num_bytes(), "the bytes of one image");
  if (moves(change)) {
    move(change, schema, pixels);
  }
  if (change.contrast != 1 || change.brightness != 0) {
    change_levels(change, pixels);
  }
}

} // namespace radforge
