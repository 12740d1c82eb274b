#include "radforge/io/contact_sheet.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace radforge;

namespace {

Image filled(std::uint8_t value) { return {4, 4, 1, std::vector<std::uint8_t>(16, value)}; }

} // namespace

TEST_CASE("a contact sheet shows each image once, in its block") {
  const std::vector<Image> left{filled(10), filled(20), filled(30)};
  const std::vector<Image> right{filled(40)};
  const Image sheet = make_contact_sheet(left, right, 2);
  CHECK(sheet.height == 2 * 6 + 2);
  REQUIRE(sheet.pixels.size() == static_cast<std::size_t>(sheet.height) * static_cast<std::size_t>(sheet.width));
  for (const std::uint8_t value : {10, 20, 30, 40}) {
    CHECK(std::count(sheet.pixels.begin(), sheet.pixels.end(), value) == 16);
  }
  const auto at = [&](int y, int x) { return sheet.pixels[static_cast<std::size_t>(y * sheet.width + x)]; };
  CHECK(at(2, 2) == 10);
  CHECK(at(2, 8) == 20);
  CHECK(at(8, 2) == 30);
  CHECK(at(2, 2 + 10 + 12) == 40);
}

TEST_CASE("a contact sheet of one block has no gap for the other") { CHECK(make_contact_sheet({}, {filled(1)}, 3).width == 8); }
