#include "radforge/generate/block_maker.hpp"

#include "radforge/generate/check_rates.hpp"

#include "random_pipeline.hpp"
#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <algorithm>
#include <set>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

struct Fixture {
  Fixture() {
    write_random_pipeline(folder / "pipeline");
    config.pipeline = folder / "pipeline";
    config.sampler.steps = 2;
    config.batch_size = 4;
    config.cohort.num_images = 6;
    config.cohort.age_groups = {"40-59"};
  }
  static std::vector<SampleRecord> planned(const GenerationPlan& plan) {
    std::vector<SampleRecord> rows;
    for (std::int64_t id = 0; id < plan.num_images(); ++id) {
      rows.push_back(plan.record(id));
    }
    return rows;
  }

  TempFolder folder;
  GenerateConfig config;
};

/// Passes image `id` at attempt `id`, and notes how many it was shown.
struct LateCheck {
  std::vector<CheckedImage> operator()(std::span<const SampleRecord> images) {
    std::vector<CheckedImage> found;
    for (const SampleRecord& image : images) {
      const auto passed = static_cast<std::int8_t>(image.id <= attempt ? 1 : 0);
      found.push_back({{static_cast<float>(10 * image.id + attempt)}, {passed}});
    }
    shown.push_back(images.size());
    ++attempt;
    return found;
  }
  std::int64_t attempt = 0;
  std::vector<std::size_t> shown;
};

} // namespace

TEST_CASE_METHOD(Fixture, "an image that fails is made again until it passes, and then its row is rejected") {
  const GenerationPlan plan(config);
  const Generator generator(config);
  LateCheck check;
  const BlockMaker maker(generator, std::ref(check), 3);
  const std::vector<SampleRecord> rows = maker.make(planned(plan));
  CHECK(check.shown == std::vector<std::size_t>{6, 5, 4, 3});
  REQUIRE(rows.size() == 6);
  std::set<std::vector<std::uint8_t>> pictures;
  for (std::int64_t id = 0; id < 6; ++id) {
    INFO(id);
    const SampleRecord& row = rows[static_cast<std::size_t>(id)];
    CHECK(row.id == id);
    CHECK(row.prompt == plan.record(id).prompt);
    CHECK(row.status == (id <= 3 ? "ok" : "rejected"));
    CHECK(row.attempt == std::min<std::int64_t>(id, 3));
    CHECK(row.check_scores == std::vector<float>{static_cast<float>(10 * id + std::min<std::int64_t>(id, 3))});
    CHECK(row.check_passed == std::vector<std::int8_t>{static_cast<std::int8_t>(id <= 3 ? 1 : 0)});
    CHECK(row.pixels.size() == 256);
    CHECK((std::ranges::count(row.pixels, 0) == 256) == (id > 3));
    pictures.insert(row.pixels);
  }
  CHECK(pictures.size() == 5);

  std::vector<SampleRecord> second{plan.record(2)};
  generator.make_pixels(second, 2);
  std::vector<SampleRecord> first{plan.record(2)};
  generator.make_pixels(first, 0);
  CHECK(first[0].pixels != second[0].pixels); // another attempt, another image
}

TEST_CASE_METHOD(Fixture, "the same block gives the same bytes, with and without a check that passes all") {
  const GenerationPlan plan(config);
  const Generator generator(config);
  const auto pass = [](std::span<const SampleRecord> images) {
    return std::vector<CheckedImage>(images.size(), CheckedImage{{1}, {1}});
  };
  const std::vector<SampleRecord> one = BlockMaker(generator, {}, 3).make(planned(plan));
  const std::vector<SampleRecord> other = BlockMaker(generator, pass, 3).make(planned(plan));
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].pixels == other[i].pixels);
    CHECK(one[i].check_scores.empty());
  }
}

TEST_CASE_METHOD(Fixture, "pass rates are counted by cell and attempt, and what is short is told") {
  const GenerationPlan plan(config);
  const Generator generator(config);
  LateCheck check;
  CheckRates rates(plan, 3);
  for (const SampleRecord& row : BlockMaker(generator, std::ref(check), 3).make(planned(plan))) {
    rates.add(row);
  }
  CHECK(rates.csv() == "sex,age_group,race,view,findings,planned,passed_0,passed_1,passed_2,passed_3,rejected\n"
                       "M,40-59,,PA,No_Finding,3,1,0,1,0,1\n"
                       "F,40-59,,PA,No_Finding,3,0,1,0,1,1\n");
  const std::vector<std::string> lines = rates.summary();
  CHECK_THAT(lines.at(0), Contains("attempt 0: 1 of 6 images pass their check (16.7 %)"));
  CHECK_THAT(lines.at(3), Contains("attempt 3: 1 of 3"));
  CHECK_THAT(lines.at(4), Contains("2 of 6 rows are rejected"));
}
