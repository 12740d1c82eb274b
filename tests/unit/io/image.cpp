#include "radforge/io/image.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

#include <numeric>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

Image counted(int height, int width, int channels) {
  Image image{height, width, channels, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * channels))};
  std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{1});
  return image;
}

} // namespace

TEST_CASE("image: the type is told by the first bytes, not by the name") {
  const TempFolder folder;
  put(folder / "scan.png", read_file(golden("nih-0.jpg")));
  const Image image = read_image(folder / "scan.png");
  CHECK(image.height == 256);
  CHECK(image.width == 256);
  CHECK(image.channels == 1);
}

TEST_CASE("image: files that are no image are refused by name") {
  const TempFolder folder;
  const auto fault = [&](std::string_view content) {
    return error_of<DataError>([&] { read_image(put(folder / "x.jpg", content)); });
  };
  CHECK_THAT(fault(""), Contains("x.jpg") && Contains("empty"));
  CHECK_THAT(fault("GIF89a......"), Contains("x.jpg") && Contains("neither JPEG, PNG nor DICOM"));
  CHECK_THAT(fault("\xFF\xD8"), Contains("neither JPEG, PNG nor DICOM"));
  CHECK_THAT(fault("{\\rtf1}" + std::string(200, ' ')), Contains("neither JPEG, PNG nor DICOM"));
  CHECK_THAT(fault("\xFF\xD8\xFF"), Contains("JPEG"));
  CHECK_THAT(fault("\x89PNG\r\n\x1a\n"), Contains("PNG"));
  CHECK_THAT(error_of<IoError>([&] { read_image(folder / "none.jpg"); }), Contains("none.jpg"));
  CHECK_THAT(error_of<IoError>([&] { read_image(folder.path()); }), Contains(folder.path().string()));
}

TEST_CASE("image: limits of file and pixels hold before memory is taken") {
  CHECK_THAT(error_of<DataError>([] { read_image(golden("nih-0.jpg"), {.limits = {.max_file_bytes = 1000}}); }),
             Contains("nih-0.jpg") && Contains("above the limit of 1000"));
  for (const char* name : {"nih-0.jpg", "nih-0.png"}) {
    INFO(name);
    CHECK_THAT(error_of<DataError>([&] { read_image(golden(name), {.limits = {.max_pixels = 256 * 256 - 1}}); }),
               Contains(name) && Contains("256 x 256"));
    CHECK(read_image(golden(name), {.limits = {.max_pixels = 256 * 256}}).width == 256);
  }
}

TEST_CASE("image: a DICOM file is told by its mark, with any name and any preamble") {
  const TempFolder folder;
  std::string content = read_file(golden("implicit.dcm"));
  content.replace(0, 128, 128, '\xFF');
  CHECK(read_image(put(folder / "scan.jpg", content)).width == 56);
}

TEST_CASE("image: three channels keep colour, and give grey three times") {
  const Image colour = read_image(golden("rgb.png"), {.channels = 3});
  CHECK(colour.channels == 3);
  CHECK(pixels_of(colour) == read_file(golden("rgb.png.rgb")));
  CHECK(largest_difference(pixels_of(read_image(golden("colour-420.jpg"), {.channels = 3})),
                           read_file(golden("colour-420.jpg.rgb"))) <= 1);
  const Image grey = read_image(golden("grey.png"));
  const Image thrice = read_image(golden("grey.png"), {.channels = 3});
  CHECK(thrice.channels == 3);
  REQUIRE(thrice.pixels.size() == 3 * grey.pixels.size());
  for (std::size_t i = 0; i < thrice.pixels.size(); ++i) {
    REQUIRE(thrice.pixels[i] == grey.pixels[i / 3]);
  }
  CHECK_THROWS_AS(read_image(golden("grey.png"), {.channels = 2}), InternalError);
}

TEST_CASE("image: files of one pixel are read") {
  for (const char* name : {"one.jpg", "one.png", "one.dcm"}) {
    INFO(name);
    const Image image = read_image(golden(name));
    CHECK(image.height == 1);
    CHECK(image.width == 1);
    CHECK(image.pixels == std::vector<std::uint8_t>{200});
  }
}

TEST_CASE("image: padding puts the image in the middle of a black square") {
  const Image tall = pad_to_square(counted(3, 2, 1));
  CHECK(tall.height == 3);
  CHECK(tall.width == 3);
  CHECK(tall.pixels == std::vector<std::uint8_t>{1, 2, 0, 3, 4, 0, 5, 6, 0});
  const Image wide = pad_to_square(counted(1, 3, 1));
  CHECK(wide.pixels == std::vector<std::uint8_t>{0, 0, 0, 1, 2, 3, 0, 0, 0});
  const Image colour = pad_to_square(counted(1, 2, 3));
  CHECK(colour.pixels == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("image: cropping takes the square in the middle") {
  CHECK(crop_to_square(counted(1, 3, 1)).pixels == std::vector<std::uint8_t>{2});
  CHECK(crop_to_square(counted(4, 2, 1)).pixels == std::vector<std::uint8_t>{3, 4, 5, 6});
  CHECK(crop_to_square(counted(1, 3, 3)).pixels == std::vector<std::uint8_t>{4, 5, 6});
  CHECK(crop_to_square(counted(2, 2, 1)).pixels == counted(2, 2, 1).pixels);
}
