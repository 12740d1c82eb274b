#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "helpers.hpp"

using namespace radforge;

namespace {

struct Case {
  const char* image;
  const char* filter_name;
  Filter filter;
  int width;
  int height;
};

constexpr Filter bilinear = Filter::bilinear;
constexpr Filter bicubic = Filter::bicubic;
constexpr Filter lanczos = Filter::lanczos;

} // namespace

TEST_CASE("resize: within one grey level of Pillow") {
  const Case cases[] = {
      {"nih-0", "bilinear", bilinear, 64, 64},   {"nih-0", "bilinear", bilinear, 100, 100},
      {"nih-0", "bilinear", bilinear, 128, 128}, {"nih-0", "bicubic", bicubic, 64, 64},
      {"nih-0", "bicubic", bicubic, 100, 100},   {"nih-0", "bicubic", bicubic, 128, 128},
      {"nih-0", "lanczos", lanczos, 64, 64},     {"nih-0", "lanczos", lanczos, 100, 100},
      {"nih-0", "lanczos", lanczos, 128, 128},   {"nih-1", "bilinear", bilinear, 64, 64},
      {"nih-1", "bicubic", bicubic, 100, 64},    {"nih-1", "lanczos", lanczos, 64, 100},
      {"nih-2", "bilinear", bilinear, 100, 100}, {"nih-2", "bicubic", bicubic, 64, 64},
      {"nih-2", "lanczos", lanczos, 100, 100},   {"rgb", "bilinear", bilinear, 50, 40},
      {"rgb", "bicubic", bicubic, 50, 40},       {"rgb", "lanczos", lanczos, 50, 40},
      {"rgb", "bilinear", bilinear, 11, 21},     {"rgb", "bicubic", bicubic, 11, 21},
      {"rgb", "lanczos", lanczos, 11, 21},
  };
  for (const Case& c : cases) {
    const std::string name =
        std::string(c.image) + "-" + c.filter_name + "-" + std::to_string(c.width) + "x" + std::to_string(c.height);
    INFO(name);
    const Image image = resize(read_image(golden(std::string(c.image) + ".png")), c.height, c.width, c.filter);
    CHECK(image.height == c.height);
    CHECK(image.width == c.width);
    CHECK(largest_difference(pixels_of(image), pixels_of(read_image(golden(name + ".png")))) <= 1);
  }
}

TEST_CASE("resize: colour, enlarging to 1024 and images of one pixel across are Pillow's too") {
  const Case cases[] = {
      {"rgb", "bilinear", bilinear, 50, 40},   {"rgb", "bicubic", bicubic, 50, 40},   {"rgb", "lanczos", lanczos, 50, 40},
      {"rgb", "bilinear", bilinear, 11, 21},   {"rgb", "bicubic", bicubic, 11, 21},   {"rgb", "lanczos", lanczos, 11, 21},
      {"tiny", "bilinear", bilinear, 1024, 8}, {"tiny", "bicubic", bicubic, 1024, 8}, {"tiny", "lanczos", lanczos, 1024, 8},
      {"strip", "bilinear", bilinear, 3, 64},  {"strip", "bicubic", bicubic, 3, 64},  {"strip", "lanczos", lanczos, 3, 64},
      {"strip", "bilinear", bilinear, 1, 2},   {"strip", "bicubic", bicubic, 1, 2},   {"strip", "lanczos", lanczos, 1, 2},
      {"strip", "lanczos", lanczos, 2, 1024},
  };
  for (const Case& c : cases) {
    const std::string name =
        std::string(c.image) + "-colour-" + c.filter_name + "-" + std::to_string(c.width) + "x" + std::to_string(c.height);
    INFO(name);
    const Image source = read_image(golden(std::string(c.image) + ".png"), {.channels = 3});
    const Image image = resize(source, c.height, c.width, c.filter);
    CHECK(image.channels == 3);
    CHECK(largest_difference(pixels_of(image), pixels_of(read_image(golden(name + ".png"), {.channels = 3}))) <= 1);
  }
  for (const Filter filter : {bilinear, bicubic, lanczos}) {
    const Image flat = resize({1, 1, 1, {77}}, 1024, 1024, filter);
    CHECK(std::count(flat.pixels.begin(), flat.pixels.end(), 77) == 1024 * 1024);
  }
}

TEST_CASE("resize: a flat image stays flat, and channels do not mix") {
  Image image{9, 7, 3, {}};
  for (int i = 0; i < 9 * 7; ++i) {
    image.pixels.insert(image.pixels.end(), {10, 128, 255});
  }
  for (const Filter filter : {bilinear, bicubic, lanczos}) {
    for (const int side : {1, 4, 20}) {
      const Image out = resize(image, side, side + 1, filter);
      CHECK(out.channels == 3);
      REQUIRE(out.pixels.size() == static_cast<std::size_t>(3 * side * (side + 1)));
      for (std::size_t i = 0; i < out.pixels.size(); i += 3) {
        REQUIRE(out.pixels[i] == 10);
        REQUIRE(out.pixels[i + 1] == 128);
        REQUIRE(out.pixels[i + 2] == 255);
      }
    }
  }
}

TEST_CASE("resize: the same size changes nothing, a size of zero is a programmer's error") {
  const Image image = read_image(golden("grey.png"));
  CHECK(resize(image, image.height, image.width, Filter::lanczos).pixels == image.pixels);
  CHECK_THROWS_AS(resize(image, 0, 5, Filter::lanczos), InternalError);
  CHECK_THROWS_AS(resize(image, 5, -1, Filter::lanczos), InternalError);
}
