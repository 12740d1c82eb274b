#include "radforge/quality/demographic_check.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/nn/state_dict.hpp"

#include "constant_network.hpp"
#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <cmath>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

constexpr int side = 8;

struct Fixture {
  void write_network(const std::string& name, const std::string& label, const std::vector<std::string>& names,
                     const std::vector<float>& outputs) const {
    write_constant_network(folder / name, label, names, outputs, side);
  }
  CheckConfig check(const std::string& attribute, const std::string& name) const {
    CheckConfig config;
    config.attribute = attribute;
    config.network = folder / name;
    return config;
  }
  DemographicCheck open(std::int64_t batch_size = 4) const {
    return {quality, cohort, {.height = side, .width = side}, batch_size};
  }
  static std::vector<SampleRecord> images() {
    std::vector<SampleRecord> records(5);
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].sex = i % 2 == 0 ? "M" : "F";
      records[i].race = i < 2 ? "WHITE" : "HISPANIC";
      records[i].age = 40 + 10 * static_cast<float>(i);
      records[i].pixels.assign(side * side, static_cast<std::uint8_t>(i));
    }
    return records;
  }

  TempFolder folder;
  QualityConfig quality;
  CohortConfig cohort{.races = {"WHITE", "HISPANIC"}};
};

} // namespace

TEST_CASE_METHOD(Fixture, "a class passes if it is the network's first choice, an age within its tolerance, the unknown always") {
  write_network("sex", "sex", {"F", "M"}, {1, 0});
  write_network("race", "race", {"ASIAN", "BLACK", "WHITE"}, {0, 2, 1});
  write_network("age", "age", {"age"}, {-0.46F}); // 45.4 years, rounded 45
  quality.networks = {check("sex", "sex"), check("race", "race"), check("age", "age")};
  const DemographicCheck check = open();
  CHECK(check.names() == std::vector<std::string>{"sex", "race", "age"});
  const std::vector<SampleRecord> records = images();
  const std::vector<CheckedImage> found = check.look(records);
  REQUIRE(found.size() == 5);
  const double probability = std::exp(1.0) / (std::exp(1.0) + 1);
  for (std::size_t i = 0; i < 5; ++i) {
    INFO(i);
    const bool female = records[i].sex == "F";
    CHECK(found[i].scores[0] == Approx(female ? probability : 1 - probability));
    CHECK(found[i].passed[0] == (female ? 1 : 0));
    CHECK(found[i].passed[1] == (i < 2 ? 0 : -1)); // white was planned and black is seen; of Hispanic the network knows nothing
    CHECK(found[i].scores[2] == Approx(45.4));
    CHECK(found[i].passed[2] == (std::abs(45 - records[i].age) <= 16 ? 1 : 0));
  }
  CHECK_FALSE(found[1].all_passed());
  quality.networks = {Fixture::check("age", "age")};
  quality.networks[0].tolerance_years = 5;
  const std::vector<CheckedImage> strict = open().look(records);
  CHECK(strict[1].all_passed());
  CHECK_FALSE(strict[2].all_passed());
}

TEST_CASE_METHOD(Fixture, "a result does not depend on how many images are looked at") {
  write_network("sex", "sex", {"F", "M"}, {1, 0});
  quality.networks = {check("sex", "sex")};
  const std::vector<SampleRecord> records = images();
  const std::vector<CheckedImage> together = open().look(records);
  const std::vector<CheckedImage> alone = open().look(std::span(records).last(1));
  CHECK(alone[0].scores == together[4].scores);
}

TEST_CASE_METHOD(Fixture, "a network for something else is refused before an image is made") {
  write_network("sex", "sex", {"F", "M"}, {1, 0});
  quality.networks = {check("race", "sex")};
  CHECK_THROWS_WITH(open(), Contains("tells sex, not race"));
  quality.networks = {check("sex", "sex")};
  quality.networks[0].names = {"female", "male"};
  CHECK_THROWS_WITH(open(), Contains("tells female, male, and the cohort plans M, F of sex"));
  quality.networks[0].names = {"F"};
  CHECK_THROWS_WITH(open(), Contains("lists 1 words for its 2 outputs"));
  quality.networks[0].names = {"M", "F"}; // other words for the outputs
  CHECK(open().look(images())[0].passed[0] == 1);
  quality.networks = {check("sex", "nowhere")};
  CHECK_THROWS_WITH(open(), Contains("neither architecture nor sha256"));
  std::filesystem::create_directories(folder / "empty");
  quality.networks = {check("sex", "empty")};
  CHECK_THROWS_AS(open(), DataError);
}

TEST_CASE_METHOD(Fixture, "weights under torchvision's names are a network with its architecture and words") {
  ParameterSet parameters;
  const auto network =
      make_classifier({.architecture = "resnet18", .in_channels = 3, .num_classes = 2}, ParameterScope(parameters));
  parameters.allocate(1);
  StateDict weights = parameters.views(parameters.flat());
  weights.merge(parameters.buffer_views());
  weights.at("fc.weight").zero_();
  weights.at("fc.bias")[0] = 3;
  write_state_dict(folder / "sex.safetensors", weights);
  quality.networks = {check("sex", "sex.safetensors")};
  quality.networks[0].architecture = "resnet18";
  CHECK_THROWS_WITH(open(), Contains("lists 0 of its outputs"));
  quality.networks[0].names = {"M", "F"};
  quality.networks[0].input.size = 32;
  CHECK(open().look(images())[0].passed[0] == 1);
  CHECK(open().look(images())[1].passed[0] == 0);
  quality.networks[0].names = {"M", "F", "X"};
  CHECK_THROWS_WITH(open(), Contains("has 2 outputs, and names lists 3"));
}
