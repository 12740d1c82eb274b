#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "helpers.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

std::string fault_in(std::string_view content) {
  return error_of<DataError>([&] { decode_image(bytes_of(content), "x.jpg"); });
}

} // namespace

TEST_CASE("jpeg: grey radiographs decode as Pillow decodes them") {
  for (const char* name : {"nih-0", "nih-1", "nih-2"}) {
    const Image jpeg = read_image(golden(std::string(name) + ".jpg"));
    const Image png = read_image(golden(std::string(name) + ".png"));
    CHECK(jpeg.height == 256);
    CHECK(largest_difference(pixels_of(jpeg), pixels_of(png)) <= 1);
  }
}

TEST_CASE("jpeg: colour, baseline and progressive, becomes luma") {
  for (const char* name : {"colour-420.jpg", "colour-progressive.jpg"}) {
    const Image image = read_image(golden(name));
    CHECK(image.height == 21);
    CHECK(image.width == 30);
    CHECK(largest_difference(pixels_of(image), read_file(golden(std::string(name) + ".grey"))) <= 1);
  }
}

TEST_CASE("jpeg: CMYK is refused clearly") {
  CHECK_THAT(error_of<DataError>([] { read_image(golden("cmyk.jpg")); }), Contains("cmyk.jpg") && Contains("CMYK"));
}

TEST_CASE("jpeg: a file cut anywhere is refused") {
  for (const char* name : {"colour-420.jpg", "colour-progressive.jpg"}) {
    const std::string content = read_file(golden(name));
    for (std::size_t length = 3; length < content.size(); ++length) {
      CHECK_THAT(fault_in(std::string_view(content).substr(0, length)), Contains("x.jpg") && Contains("JPEG"));
    }
  }
}

TEST_CASE("jpeg: any flipped byte is an error or an image of the right size, never worse") {
  const std::string content = read_file(golden("colour-progressive.jpg"));
  for (std::size_t at = 3; at < content.size(); ++at) {
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    try {
      const Image image = decode_image(bytes_of(damaged), "x.jpg", {.limits = {.max_pixels = 1'000'000}});
      CHECK(image.pixels.size() == static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width));
    } catch (const DataError&) {
    }
  }
}

TEST_CASE("jpeg: a header of 60000 x 60000 is refused before memory is taken") {
  // Start of image, then a baseline frame of one component with 8 bits: sides are two bytes each.
  const std::string frame("\xFF\xD8\xFF\xC0\x00\x0B\x08\xEA\x60\xEA\x60\x01\x01\x11\x00"
                          "\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00",
                          25);
  CHECK_THAT(fault_in(frame), Contains("60000 x 60000") && Contains("above the limit"));
}
