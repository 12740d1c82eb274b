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
  const BlockMaker maker(plan, generator, std::ref(check), config.quality);
  const std::vector<SampleRecord> rows = maker.make(0, 6);
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
    pictures.insert(row.pixels);
  }
  CHECK(pictures.size() == 6); // of the rejected ones the last attempt

  std::vector<SampleRecord> second{plan.record(2)};
  generator.make_pixels(second, 2);
  std::vector<SampleRecord> first{plan.record(2)};
  generator.make_pixels(first, 0);
  CHECK(first[0].pixels != second[0].pixels); // another attempt, another image
}

TEST_CASE_METHOD(Fixture, "a row that fails for good shows spare images of its cell, where shortage is filled") {
  config.quality.max_retries = 1;
  config.quality.max_spares = 2;
  config.quality.on_shortage = "fill";
  const GenerationPlan plan(config);
  const Generator generator(config);
  LateCheck check;
  const std::vector<SampleRecord> rows = BlockMaker(plan, generator, std::ref(check), config.quality).make(0, 6);
  CHECK(check.shown == std::vector<std::size_t>{6, 5, 4, 3, 2, 1});
  for (std::int64_t id = 0; id < 6; ++id) {
    INFO(id);
    const SampleRecord& row = rows[static_cast<std::size_t>(id)];
    const std::int64_t spare = id / 2; // two attempts at each
    const SampleRecord planned = plan.record(id, spare);
    CHECK(row.status == "ok");
    CHECK(row.id == id);
    CHECK(row.attempt == id);
    CHECK(row.source == "synthetic/" + std::to_string(id + 6 * spare));
    CHECK(row.age == planned.age);
    CHECK(row.prompt == planned.prompt);
    CHECK(row.sex == plan.record(id).sex);
    CHECK(row.findings == plan.record(id).findings);
  }
  CHECK(plan.record(5, 2).age != plan.record(5, 1).age);
}

TEST_CASE_METHOD(Fixture, "the same block gives the same bytes, with and without a check that passes all") {
  const GenerationPlan plan(config);
  const Generator generator(config);
  const auto pass = [](std::span<const SampleRecord> images) {
    return std::vector<CheckedImage>(images.size(), CheckedImage{{1}, {1}});
  };
  const std::vector<SampleRecord> one = BlockMaker(plan, generator, {}, config.quality).make(0, 6);
  const std::vector<SampleRecord> other = BlockMaker(plan, generator, pass, config.quality).make(0, 6);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].pixels == other[i].pixels);
    CHECK(one[i].check_scores.empty());
  }
}

TEST_CASE_METHOD(Fixture, "pass rates are counted by cell and attempt, and what is short is told") {
  const GenerationPlan plan(config);
  const Generator generator(config);
  LateCheck check;
  CheckRates rates(plan, 4);
  for (const SampleRecord& row : BlockMaker(plan, generator, std::ref(check), config.quality).make(0, 6)) {
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
