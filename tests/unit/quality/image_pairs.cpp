#include "radforge/quality/image_pairs.hpp"

#include "temp_folder.hpp"
#include "tiny_dataset.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <utility>

using namespace radforge;

namespace {

struct Fixture {
  Fixture() {
    write_tiny_dataset(folder / "one", 40);
    write_tiny_dataset(folder / "other", 60, TinyLabels::varied);
  }
  ImageSet set(const std::string& name) const { return ImageSet({{.dataset = folder / name}}); }

  TempFolder folder;
};

} // namespace

TEST_CASE_METHOD(Fixture, "pairs of a prompt show the same text, each once, and are drawn by the seed") {
  const ImageSet images = set("one");
  const std::vector<ImagePair> pairs = pairs_of_prompts(images, 1000, 1);
  CHECK(std::ssize(pairs) == images.size() - 2); // two prompts
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  for (const ImagePair& pair : pairs) {
    CHECK(pair.first < pair.second);
    CHECK(images.record(pair.first).prompt == images.record(pair.second).prompt);
    seen.insert({pair.first, pair.second});
  }
  CHECK(seen.size() == pairs.size());
  CHECK(pairs_of_prompts(images, 7, 1).size() == 7);
  CHECK(pairs_of_prompts(images, 7, 1)[0].first == pairs[0].first);
}

TEST_CASE_METHOD(Fixture, "pairs that are alike agree in all that is known of the first image") {
  const ImageSet varied = set("other");
  const ImageSet images = set("one"); // all of 40 to 59 years: none of the varied ones is
  CHECK(pairs_alike(images, varied, 100, 1).empty());
  const std::vector<ImagePair> pairs = pairs_alike(varied, varied, 1000, 1);
  CHECK(std::ssize(pairs) == varied.size());
  bool unknown = false;
  for (const ImagePair& pair : pairs) {
    CHECK(varied.record(pair.first).sex == varied.record(pair.second).sex);
    const std::string& group = varied.record(pair.first).age_group;
    CHECK((group.empty() || varied.record(pair.second).age_group == group));
    unknown = unknown || (group.empty() && !varied.record(pair.second).age_group.empty());
  }
  CHECK(unknown); // what was not asked for may be anything
}
