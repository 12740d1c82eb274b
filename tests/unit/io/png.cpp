#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "helpers.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

std::string fault_in(std::string_view content) {
  return error_of<DataError>([&] { decode_image(bytes_of(content), "x.png"); });
}

} // namespace

TEST_CASE("png: every kind becomes the right grey values") {
  for (const char* name : {"bits-1.png", "grey.png", "grey-alpha.png", "rgb.png", "rgb-alpha.png", "palette.png", "grey-16.png",
                           "rgb-16.png", "interlaced.png", "gamma.png"}) {
    INFO(name);
    const Image image = read_image(golden(name));
    CHECK(image.height == 21);
    CHECK(image.width == 30);
    CHECK(image.channels == 1);
    CHECK(pixels_of(image) == read_file(golden(std::string(name) + ".grey")));
  }
}

TEST_CASE("png: every filter is undone in every kind of pixel") {
  for (const char* name : {"filters-8-1.png", "filters-8-2.png", "filters-8-3.png", "filters-8-4.png", "filters-16-1.png",
                           "filters-16-2.png", "filters-16-3.png", "filters-16-4.png"}) {
    INFO(name);
    CHECK(pixels_of(read_image(golden(name))) == read_file(golden(std::string(name) + ".grey")));
  }
  CHECK_THAT(error_of<DataError>([] { read_image(golden("filter-unknown.png")); }), Contains("damaged") && Contains("filter"));
}

TEST_CASE("png: a file cut anywhere before its end mark is refused") {
  for (const char* name : {"rgb.png", "interlaced.png", "palette.png"}) {
    const std::string content = read_file(golden(name));
    for (std::size_t length = 8; length + 12 < content.size(); ++length) {
      CHECK_THAT(fault_in(std::string_view(content).substr(0, length)), Contains("x.png") && Contains("PNG"));
    }
  }
}

TEST_CASE("png: a flipped byte of the pixels is found by the chunk's checksum") {
  std::string content = read_file(golden("grey.png"));
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  CHECK_THAT(fault_in(content), Contains("damaged"));
}

TEST_CASE("png: any flipped byte is an error or an image, never worse") {
  const std::string content = read_file(golden("palette.png"));
  for (std::size_t at = 8; at < content.size(); ++at) {
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    const std::string message = error_of<DataError>([&] { decode_image(bytes_of(damaged), "x.png"); });
    CHECK((message == "no error" || message.starts_with("x.png: ")));
  }
}

TEST_CASE("png: a header of 60000 x 60000 is refused before memory is taken") {
  std::string content = read_file(golden("grey.png")).substr(0, 33);
  content.replace(16, 8, std::string("\x00\x00\xEA\x60\x00\x00\xEA\x60", 8));
  // Checksum of that header, and an empty IDAT with its own.
  content.replace(29, 4, std::string("\xA5\xB9\x2A\x9E", 4));
  content += std::string("\x00\x00\x00\x00IDAT\x35\xAF\x06\x1E", 12);
  CHECK_THAT(fault_in(content), Contains("60000 x 60000") && Contains("above the limit"));
}
