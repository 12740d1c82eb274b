#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("write_png: grey pixels come back, and equal pixels give equal bytes") {
  const TempFolder folder;
  const Image image = read_image(golden("nih-1.png"));
  write_png(folder / "a.png", image);
  write_png(folder / "b.png", image);
  CHECK(read_image(folder / "a.png").pixels == image.pixels);
  CHECK(read_file(folder / "a.png") == read_file(folder / "b.png"));
}

TEST_CASE("write_png: colour is written as colour") {
  const TempFolder folder;
  write_png(folder / "c.png", {1, 2, 3, {255, 0, 0, 0, 0, 255}});
  CHECK(read_image(folder / "c.png").pixels == std::vector<std::uint8_t>{76, 29});
  CHECK(read_file(folder / "c.png")[25] == 2); // colour type RGB
}

TEST_CASE("write_png: a folder that is missing is an IoError, an image that lies about its size a programmer's error") {
  const TempFolder folder;
  CHECK_THAT(error_of<IoError>([&] { write_png(folder / "none" / "a.png", {1, 1, 1, {0}}); }), Contains("none"));
  CHECK_THROWS_AS(write_png(folder / "a.png", {2, 2, 1, {0}}), InternalError);
  CHECK_THROWS_AS(write_png(folder / "a.png", {1, 1, 2, {0, 0}}), InternalError);
}

TEST_CASE("encode_png: the bytes of the file that write_png writes") {
  const TempFolder folder;
  const Image image{2, 2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  write_png(folder / "a.png", image);
  CHECK(encode_png(image) == read_file(folder / "a.png"));
  CHECK_THROWS_AS(encode_png({2, 2, 1, {0}}), InternalError);
}
