#include "radforge/data/mixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/shard_writer.hpp"

#include "dataset_fixture.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// A synthetic set of the fixture's kind: rows without patient and split, pixel 1 of row i is 200 + i.
class SyntheticFixture {
 public:
  explicit SyntheticFixture(int num_rows, std::vector<std::string> findings = {"No_Finding", "Effusion"}) {
    DatasetIndex index;
    index.name = "generate";
    index.schema = {12, 12, 1, std::move(findings)};
    index.rows_per_shard = num_rows;
    ShardWriter writer(folder_ / ShardWriter::file_name(0), index.schema, {.num_rows = num_rows});
    for (int i = 0; i < num_rows; ++i) {
      SampleRecord record;
      record.id = i;
      record.pixels.assign(144, 0);
      record.pixels[1] = static_cast<std::uint8_t>(200 + i);
      record.source = "synthetic/" + std::to_string(i);
      record.findings.assign(index.schema.findings.size(), 0);
      record.status = i == 2 ? "rejected" : "ok";
      writer.append(std::move(record));
    }
    index.shards.push_back(writer.close());
    index.save(folder_.path());
  }
  std::string path() const { return folder_.path().string(); }

 private:
  TempFolder folder_;
};

} // namespace

TEST_CASE("sources follow each other in one space of ids") {
  const DatasetFixture real(40);
  const SyntheticFixture synthetic(5);
  DataConfig config;
  config.sources = {{.dataset = real.path().string(), .weight = 3}, {.dataset = synthetic.path()}};
  const Mixture data(config);
  CHECK(data.record(39).source == "nih/images/39.png");
  CHECK(data.record(41).source == "synthetic/1");
  std::vector<std::uint8_t> pixels(144);
  data.values(7, pixels);
  CHECK(shade_of(pixels) == 7);
  data.values(44, pixels);
  CHECK(shade_of(pixels) == 204);
  REQUIRE(data.training().size() == 2);
  CHECK(data.training()[0].weight == 3);
  for (const std::int64_t id : data.training()[0].ids) {
    CHECK(data.record(id).split == "train");
  }
  CHECK(data.training()[1].ids == std::vector<std::int64_t>{40, 41, 43, 44}); // all but the rejected one
  REQUIRE_FALSE(data.validation().empty());
  for (const std::int64_t id : data.validation()) {
    CHECK(data.record(id).split == "validation");
  }
  CHECK_THROWS_AS(data.record(-1), InternalError);
  CHECK_THROWS_AS(data.record(45), InternalError);
}

TEST_CASE("sources that do not fit together are refused, and so is a mixture nobody can validate") {
  const DatasetFixture real(40);
  const SyntheticFixture other(3, {"No_Finding"});
  const SyntheticFixture alone(4);
  DataConfig config;
  config.sources = {{.dataset = real.path().string()}, {.dataset = other.path()}};
  CHECK_THROWS_AS(Mixture(config), ConfigError);
  CHECK_THROWS_WITH(Mixture(config), Contains("do not mix"));
  config.sources = {{.dataset = alone.path()}};
  CHECK_THROWS_AS(Mixture(config), DataError);
  CHECK_THROWS_WITH(Mixture(config), Contains("split validation"));
}
