#include "../../../src/train/checkpoint_manifest.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

CheckpointManifest manifest_with(const std::string& file) {
  CheckpointManifest manifest{.step = 3, .num_elements = 4, .state_file = "state.safetensors"};
  manifest.shares = {{file, {0, 4}}};
  manifest.files = {{file, {1, "d"}}, {"state.safetensors", {1, "d"}}};
  return manifest;
}

} // namespace

TEST_CASE("a checkpoint's manifest is read as it was written") {
  const CheckpointManifest manifest = manifest_with("rank-0.safetensors");
  const CheckpointManifest again = CheckpointManifest::parse(manifest.text(), "manifest.json", 3);
  CHECK(again.text() == manifest.text());
  CHECK(again.files == manifest.files);
  CHECK_THROWS_WITH(CheckpointManifest::parse(manifest.text(), "manifest.json", 4), Contains("is of step 3"));
}

TEST_CASE("a checkpoint's manifest that names a file elsewhere is refused") {
  for (const std::string name : {"../outside", "/etc/hostname", "a/../../outside", "..", "."}) {
    CHECK_THROWS_AS(CheckpointManifest::parse(manifest_with(name).text(), "manifest.json", 3), DataError);
    CHECK_THROWS_WITH(CheckpointManifest::parse(manifest_with(name).text(), "manifest.json", 3),
                      Contains("which is no file of its folder"));
  }
}
