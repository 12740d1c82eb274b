#include "../../../src/cli/real_images.hpp"

#include "radforge/core/error.hpp"

#include "temp_folder.hpp"
#include "tiny_dataset.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace radforge;

TEST_CASE("real images match the planned ones, each shown once") {
  const TempFolder folder;
  write_tiny_dataset(folder / "data", 16);
  SheetConfig sheet;
  sheet.real_dataset = folder / "data";
  std::vector<SampleRecord> planned(6);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    planned[i].sex = i % 2 == 0 ? "F" : "M";
  }
  const std::vector<Image> images = real_images_like(planned, sheet);
  REQUIRE(images.size() == 6);
  std::set<std::vector<std::uint8_t>> different;
  for (std::size_t i = 0; i < images.size(); ++i) {
    // tiny_dataset.hpp: men's first row is brighter than 100, women's darker
    CHECK((images[i].pixels[0] >= 100) == (planned[i].sex == "M"));
    different.insert(images[i].pixels);
  }
  CHECK(different.size() == 6);
  CHECK_THROWS_AS(real_images_like(std::vector<SampleRecord>(13), sheet), DataError);
}
