#include "radforge/data/mixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/shard_writer.hpp"

#include "dataset_fixture.hpp"
#include "tiny_dataset.hpp"

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
    index.schema.generation = Generation{std::string(32, 'a'), 1, {"sex"}};
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
      record.check_scores = {1};
      record.check_passed = {1};
      writer.append(std::move(record));
    }
    index.shards.push_back(writer.close());
    index.save(folder_.path());
  }
  std::string path() const { return folder_.path().string(); }

 private:
  TempFolder folder_;
};

/// A set of two latents, one to train on and one to validate.
class LatentsFixture {
 public:
  explicit LatentsFixture(char digit, ValueKind kind = ValueKind::latents) {
    DatasetIndex index;
    index.name = "prepare";
    index.schema = {.height = 2,
                    .width = 2,
                    .channels = kind == ValueKind::latents ? 2 : 1,
                    .findings = {},
                    .kind = kind,
                    .type = ValueType::float32,
                    .encoding = {std::string(32, digit), 8, 8, 1, 1}};
    if (kind == ValueKind::text_states) {
      index.schema.encoding = {.model_digest = std::string(32, digit)};
    }
    index.rows_per_shard = 2;
    ShardWriter writer(folder_ / ShardWriter::file_name(0), index.schema, {.num_rows = 2});
    for (int i = 0; i < 2; ++i) {
      SampleRecord record;
      record.id = i;
      record.pixels.assign(index.schema.num_bytes(), static_cast<std::uint8_t>(50 + i));
      record.split = i == 0 ? "train" : "validation";
      writer.append(std::move(record));
    }
    index.shards.push_back(writer.close());
    index.text_states = FileSummary{1, std::string(32, 'a')};
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
  CHECK_THROWS_WITH(Mixture(config), Contains("do not have the same findings") && Contains("data.findings"));
  config.sources = {{.dataset = alone.path()}};
  CHECK_THROWS_AS(Mixture(config), DataError);
  CHECK_THROWS_WITH(Mixture(config), Contains("split validation"));
}

TEST_CASE("findings that differ are those that all have, or all of them, unknown where a source does not speak of one") {
  const DatasetFixture real(40); // No_Finding, Effusion
  const SyntheticFixture other(3, {"Mass", "Effusion"});
  DataConfig config;
  config.sources = {{.dataset = real.path().string()}, {.dataset = other.path()}};
  config.findings = "intersection";
  const Mixture shared(config);
  CHECK(shared.schema().findings == std::vector<std::string>{"Effusion"});
  CHECK(shared.findings(40) == std::vector<std::int8_t>{0});
  CHECK(shared.findings(3) == std::vector<std::int8_t>{shared.record(3).findings[1]});
  CHECK_THAT(shared.notes().at(0), Contains("1 of 3 are taken (Effusion)"));

  config.findings = "union";
  const Mixture all(config);
  CHECK(all.schema().findings == std::vector<std::string>{"No_Finding", "Effusion", "Mass"});
  CHECK(all.findings(41) == std::vector<std::int8_t>{-1, 0, 0});
  CHECK(all.findings(3) == std::vector<std::int8_t>{all.record(3).findings[0], all.record(3).findings[1], -1});
  REQUIRE(all.notes().size() == 3);
  CHECK_THAT(all.notes()[1], Contains(real.path().string()) && Contains("Mass"));
  CHECK_THAT(all.notes()[2], Contains(other.path()) && Contains("No_Finding"));

  const SyntheticFixture apart(3, {"Hernia"});
  config.sources = {{.dataset = real.path().string()}, {.dataset = apart.path()}};
  config.findings = "intersection";
  CHECK_THROWS_WITH(Mixture(config), Contains("share no finding"));
}

TEST_CASE("a source of weight zero is looked at and not trained on") {
  const DatasetFixture real(40);
  const SyntheticFixture synthetic(5);
  DataConfig config;
  config.sources = {{.dataset = real.path().string(), .weight = 0}, {.dataset = synthetic.path()}};
  const Mixture data(config);
  REQUIRE(data.training().size() == 1);
  CHECK(data.training()[0].ids == std::vector<std::int64_t>{40, 41, 43, 44});
  CHECK_FALSE(data.validation().empty());
  CHECK(data.of_split("validation") == data.validation());
  CHECK_FALSE(data.of_split("test").empty());
  CHECK(data.folder_of(data.of_split("test").front()) == real.path());
}

TEST_CASE("of the training split there is what training sees") {
  const DatasetFixture real(40);
  DataConfig config;
  config.sources = {{.dataset = real.path().string(), .max_images = 6}};
  const Mixture data(config);
  CHECK(data.of_split("train") == data.training()[0].ids);
  CHECK(data.of_split("train").size() == 6);
}

TEST_CASE("a balance gives each combination of values the same share of its source") {
  const TempFolder folder;
  write_tiny_dataset(folder / "set", 48, TinyLabels::varied);
  DataConfig config;
  config.sources = {{.dataset = folder / "set", .weight = 3}};
  config.balance = {"sex", "Bright"};
  const Mixture data(config);
  REQUIRE(data.training().size() == 4); // F: absent or unknown, M: present or unknown
  std::size_t num_ids = 0;
  for (const SamplerSource& group : data.training()) {
    CHECK(group.weight == 0.75);
    for (const std::int64_t id : group.ids) {
      CHECK(data.record(id).sex == data.record(group.ids.front()).sex);
      CHECK(data.findings(id)[0] == data.findings(group.ids.front())[0]);
    }
    num_ids += group.ids.size();
  }
  CHECK(num_ids == data.of_split("train").size());
  CHECK_THAT(data.notes().at(0), Contains("4 groups have the same share") && Contains("of F, no Bright"));
  config.balance = {"height"};
  CHECK_THROWS_WITH(Mixture(config), Contains("'height' is nothing to balance by") && Contains("Bright, Dim, Never"));
}

TEST_CASE("latents are read as they are stored, and their text states are where they lie") {
  const LatentsFixture latents('a');
  const LatentsFixture alike('a');
  DataConfig config;
  config.sources = {{.dataset = latents.path()}, {.dataset = alike.path()}};
  const Mixture data(config);
  CHECK(data.schema().kind == ValueKind::latents);
  std::vector<std::uint8_t> values(32);
  data.values(3, values);
  CHECK(values == std::vector<std::uint8_t>(32, 51));
  CHECK(data.text_states() == std::vector<std::filesystem::path>{std::filesystem::path(latents.path()) / "text_states",
                                                                 std::filesystem::path(alike.path()) / "text_states"});
  CHECK_THROWS_AS(Dataset(latents.path()).pixels(0, values), DataError);
  CHECK_THROWS_WITH(Dataset(latents.path()).pixels(0, values), Contains("holds latents, not images"));
}

TEST_CASE("latents mix with no images and with no other autoencoder's, and are not augmented") {
  const DatasetFixture images(40);
  const LatentsFixture latents('a');
  const LatentsFixture others('b');
  const LatentsFixture texts('a', ValueKind::text_states);
  const auto problem = [](const DataConfig& config) -> std::string {
    try {
      const Mixture data(config);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  DataConfig config;
  config.sources = {{.dataset = images.path().string()}, {.dataset = latents.path()}};
  CHECK_THAT(problem(config), Contains("holds images and") && Contains("latents"));
  config.sources = {{.dataset = latents.path()}, {.dataset = others.path()}};
  CHECK_THAT(problem(config), Contains(std::string(32, 'a')) && Contains(std::string(32, 'b')));
  config.sources = {{.dataset = texts.path()}};
  CHECK_THAT(problem(config), Contains("holds text states"));
  config.sources = {{.dataset = latents.path()}};
  CHECK(problem(config).empty());
  config.augmentation.max_shift = 0.1;
  CHECK_THAT(problem(config), Contains("data.augmentation is set and") && Contains("holds latents"));
}
