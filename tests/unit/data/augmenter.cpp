#include "radforge/data/augmenter.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

using namespace radforge;

namespace {

std::vector<std::uint8_t> original(const DatasetSchema& schema) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(schema.height * schema.width * schema.channels));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>((37 * i + 11) % 256);
  }
  return pixels;
}

constexpr AugmentationConfig strong{.max_shift = 0.1,
                                    .max_rotation_degrees = 10,
                                    .max_scale = 0.2,
                                    .max_brightness = 0.05,
                                    .max_contrast = 0.3,
                                    .flip_probability = 0.25};

} // namespace

TEST_CASE("images are moved as PyTorch's grid_sample moves them") {
  std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "data/augment/cases.txt");
  int num_cases = 0;
  for (std::string head, values; std::getline(file, head) && std::getline(file, values); ++num_cases) {
    DatasetSchema schema;
    Augmentation change;
    int flip = 0;
    std::istringstream(head) >> schema.height >> schema.width >> schema.channels >> change.shift_x >> change.shift_y >>
        change.rotation_degrees >> change.scale >> flip;
    change.flip = flip == 1;
    std::vector<std::uint8_t> pixels = original(schema);
    augment(change, schema, pixels);
    std::istringstream expected(values);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      int value = -1;
      expected >> value;
      INFO(head << ", pixel " << i);
      CHECK(std::abs(value - pixels[i]) <= 1); // ties of rounding
    }
  }
  CHECK(num_cases == 7);
}

TEST_CASE("nothing configured, nothing changed") {
  const DatasetSchema schema{6, 5, 1, {}};
  std::vector<std::uint8_t> pixels = original(schema);
  Augmenter({}, 1).apply({3, 4}, schema, pixels);
  CHECK(pixels == original(schema));
}

TEST_CASE("contrast turns about the middle, brightness shifts, both stop at black and white") {
  const DatasetSchema schema{1, 4, 1, {}};
  std::vector<std::uint8_t> pixels{0, 100, 128, 255};
  augment({.contrast = 0.5}, schema, pixels);
  CHECK(pixels == std::vector<std::uint8_t>{64, 114, 128, 191});
  pixels = {0, 100, 128, 255};
  augment({.brightness = 0.2}, schema, pixels);
  CHECK(pixels == std::vector<std::uint8_t>{51, 151, 179, 255});
}

TEST_CASE("draws are a function of seed, sample and epoch, and fill their ranges evenly") {
  const Augmenter augmenter(strong, 7);
  CHECK(augmenter.draw({5, 2}).shift_x == Augmenter(strong, 7).draw({5, 2}).shift_x);
  CHECK(augmenter.draw({5, 2}).shift_x != augmenter.draw({5, 3}).shift_x);
  CHECK(augmenter.draw({5, 2}).shift_x != augmenter.draw({6, 2}).shift_x);
  CHECK(augmenter.draw({5, 2}).shift_x != Augmenter(strong, 8).draw({5, 2}).shift_x);
  constexpr int count = 4000;
  double shift = 0;
  double squares = 0;
  double log_scale = 0;
  int flips = 0;
  for (int i = 0; i < count; ++i) {
    const Augmentation change = augmenter.draw({i, 0});
    CHECK(std::abs(change.shift_y) <= 0.1);
    CHECK(std::abs(change.rotation_degrees) <= 10);
    CHECK(std::abs(change.brightness) <= 0.05);
    CHECK(std::abs(change.contrast - 1) <= 0.3);
    CHECK((change.scale >= 1 / 1.2 && change.scale <= 1.2));
    shift += change.shift_x;
    squares += change.shift_x * change.shift_x;
    log_scale += std::log(change.scale);
    flips += change.flip ? 1 : 0;
  }
  // A uniform variable from -a to a has variance a^2 / 3; margins are five standard errors.
  CHECK(shift / count == Approx(0).margin(5 * 0.1 / std::sqrt(3.0 * count)));
  CHECK(squares / count == Approx(0.01 / 3).epsilon(0.08));
  CHECK(log_scale / count == Approx(0).margin(5 * std::log(1.2) / std::sqrt(3.0 * count)));
  CHECK(flips == Approx(count * 0.25).margin(140));
}

TEST_CASE("a crop shows a window of the image that lies inside it") {
  const Augmenter augmenter({.max_crop = 0.5}, 3);
  double smallest = 1;
  double farthest = 0;
  for (std::int64_t id = 0; id < 500; ++id) {
    const Augmentation change = augmenter.draw({id, 0});
    const double window = 1 / change.scale;
    CHECK(window <= 1);
    CHECK(window >= 0.5);
    // The window's centre is at -shift of the enlarged image, -shift * window of the image.
    for (const double shift : {change.shift_x, change.shift_y}) {
      CHECK(std::abs(shift * window) + window / 2 <= 0.5 + 1e-9);
      farthest = std::max(farthest, std::abs(shift * window) / (0.5 - window / 2 + 1e-12));
    }
    smallest = std::min(smallest, window);
  }
  CHECK(smallest < 0.51);
  CHECK(farthest > 0.95);
}
