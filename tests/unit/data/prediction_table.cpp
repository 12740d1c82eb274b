#include "radforge/data/prediction_table.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/predictions.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

PredictionTable read(const std::string& text, const PredictionColumnsConfig& columns = {}) {
  const TempFolder folder;
  write_file_atomically(folder / "site.csv", text);
  return read_prediction_table(folder / "site.csv", columns);
}

Predictions predictions_of(const std::string& label, std::vector<float> outputs) {
  Predictions predictions{.label = label, .names = {"a", "b"}};
  SampleRecord sample;
  sample.source = "nih/1.png";
  predictions.samples = {sample};
  predictions.datasets = {"runs/prepare"};
  predictions.outputs = std::move(outputs);
  predictions.labels = {1, std::numeric_limits<float>::quiet_NaN()};
  return predictions;
}

} // namespace

TEST_CASE("a table's columns become samples, labels and probabilities") {
  const PredictionTable table = read("image,patient_id,sex,age,race,view,Edema,prob_Edema\n"
                                     "1.png,7,Male,57,WHITE - RUSSIAN,PA,1,0.25\n2.png,,F,414,,AP,,1\n3.png,7,,,,,-1,0\n");
  CHECK(table.labels == std::vector<std::string>{"Edema"});
  REQUIRE(table.samples.size() == 3);
  CHECK(table.samples[0].source == "site/1.png");
  CHECK(table.samples[0].patient == "site/7");
  CHECK(table.samples[0].sex == "M");
  CHECK(table.samples[0].age_group == "40-59");
  CHECK(table.samples[0].race == "WHITE");
  CHECK(table.samples[1].patient.empty());
  CHECK(table.samples[1].age == -1); // a slip
  CHECK(table.probabilities == std::vector<double>{0.25, 1, 0});
  CHECK(table.known == std::vector<std::int8_t>{1, -1, -1});
}

TEST_CASE("columns may have other names, scores be logits, and uncertain labels count") {
  const PredictionTable table =
      read("path,hospital,set,Mass,p:Mass\nx,east,valid,-1,0\ny,west,test,0.0,-1.5\n",
           {.image = "path", .site = "hospital", .split = "set", .prefix = "p:", .scale = "logit", .uncertain = "present"});
  CHECK(table.samples[0].source == "east/x");
  CHECK(table.samples[0].split == "validation");
  CHECK(table.samples[1].source == "west/y");
  CHECK(table.known == std::vector<std::int8_t>{1, 0});
  CHECK(table.probabilities[0] == 0.5);
  CHECK(table.probabilities[1] == Approx(1 / (1 + std::exp(1.5))));
}

TEST_CASE("a table without a site's column is called as its file, or its folder") {
  CHECK(table_name("data/nih.csv.gz") == "nih");
  CHECK(table_name("data/nih/predictions.csv") == "nih");
  CHECK(table_name("predictions.csv") == "predictions");
  CHECK(table_name("./predictions.csv") == "predictions");
}

TEST_CASE("logits of findings are each a probability, those of classes share one") {
  const TempFolder folder;
  write_predictions(folder / "findings.h5", predictions_of("findings", {0, 2}));
  const PredictionTable findings = read_prediction_table(folder / "findings.h5", {});
  CHECK(findings.probabilities[0] == 0.5);
  CHECK(findings.probabilities[1] == Approx(1 / (1 + std::exp(-2.0))).epsilon(1e-15));
  CHECK(findings.known == std::vector<std::int8_t>{1, -1});
  write_predictions(folder / "sex.h5", predictions_of("sex", {1000, 1002}));
  const PredictionTable sex = read_prediction_table(folder / "sex.h5", {});
  CHECK(sex.probabilities[0] == Approx(1 / (1 + std::exp(2.0))).epsilon(1e-15));
  CHECK(sex.probabilities[0] + sex.probabilities[1] == Approx(1).epsilon(1e-15));
  write_predictions(folder / "age.h5", predictions_of("age", {50, 60}));
  CHECK_THROWS_WITH(read_prediction_table(folder / "age.h5", {}), Contains("tells an age"));
  write_predictions(folder / "broken.h5", predictions_of("findings", {0, std::numeric_limits<float>::infinity()}));
  CHECK_THROWS_AS(read_prediction_table(folder / "broken.h5", {}), DataError);
}

TEST_CASE("tables are joined by label, and no image counts twice") {
  const PredictionTable a = read("image,site,Mass,prob_Mass\n1,x,1,0.5\n");
  const PredictionTable b = read("image,site,Edema,prob_Edema,Mass,prob_Mass\n1,y,0,0.25,0,0.75\n");
  const PredictionTable both = joined({a, b});
  CHECK(both.labels == std::vector<std::string>{"Mass", "Edema"});
  CHECK(both.probability(0, 0) == 0.5);
  CHECK(std::isnan(both.probability(0, 1)));
  CHECK(both.truth(0, 1) == -1);
  CHECK(both.probability(1, 0) == 0.75);
  CHECK(both.probability(1, 1) == 0.25);
  CHECK(both.samples[0].split.empty());
  CHECK_THROWS_WITH(joined({a, a}), Contains("x/1 is in two files"));
  const PredictionTable split = read("image,split,Mass,prob_Mass\n1,test,1,0.5\n2,,1,0.5\n");
  CHECK(split.samples[1].split.empty());
  CHECK(joined({split}).samples[0].split == "test");
  CHECK(joined({split}).samples[1].split == "train");
}

TEST_CASE("no finding is as probable as the most probable finding is not") {
  const PredictionTable derived =
      with_no_finding(read("image,Edema,prob_Edema,Mass,prob_Mass\n1,0,0.25,0,0.5\n2,1,0.75,,0\n3,0,0,,0\n"));
  CHECK(derived.labels.back() == "No_Finding");
  CHECK(derived.probability(0, 2) == 0.5);
  CHECK(derived.probability(1, 2) == 0.25);
  CHECK(derived.truth(0, 2) == 1);
  CHECK(derived.truth(1, 2) == 0);
  CHECK(derived.truth(2, 2) == -1);
  CHECK(derived.probability(2, 0) == 0);
  // A column of labels alone is kept, and its label is the table's.
  const PredictionTable labelled = with_no_finding(read("image,No Finding,Edema,prob_Edema\n1,0,0,0.25\n"));
  CHECK(labelled.labels == std::vector<std::string>{"Edema", "No Finding"});
  CHECK(labelled.probability(0, 1) == 0.75);
  CHECK(labelled.truth(0, 1) == 0);
  // A model that tells it is left alone.
  const PredictionTable told = with_no_finding(read("image,No_Finding,prob_No_Finding,Edema,prob_Edema\n1,1,0.125,0,0.25\n"));
  CHECK(told.probabilities == std::vector<double>{0.125, 0.25});
}

TEST_CASE("a damaged table is refused by its line") {
  const auto [text, problem] = GENERATE(table<std::string, std::string>({
      {"image,Mass,prob_Mass\n1,1,x\n", "site.csv:2: prob_Mass is 'x'"},
      {"image,Mass,prob_Mass\n1,1,\n", "site.csv:2: prob_Mass is ''"},
      {"image,Mass,prob_Mass\n1,1,inf\n", "a score is a number"},
      {"image,Mass,prob_Mass\n1,1,1e999\n", "a score is a number"},
      {"image,Mass,prob_Mass\n1,1,-0.5\n", "a probability is from 0 to 1"},
      {"image,Mass,prob_Mass\n1,yes,0.5\n", "bad label"},
      {"image,Mass,prob_Mass\n1,1,0.5\n1,1,0.5\n", "site.csv:3: the image 1 is there twice"},
      {"image,Mass,prob_Mass\n,1,0.5\n", "no name"},
      {"image,Mass,prob_Mass,split\n1,1,0.5,half\n", "unknown split"},
      {"image,Mass,prob_Mass\n", "has no row"},
      {"image,Mass\n1,1\n", "no column of scores"},
      {"image,prob_Mass\n1,0.5\n", "none 'Mass'"},
      {"picture,Mass,prob_Mass\n1,1,0.5\n", "no column 'image'"},
      {"image,Mass,prob_Mass\n1,1\n", "2 fields"},
  }));
  CHECK_THROWS_AS(read(text), DataError);
  CHECK_THROWS_WITH(read(text), Contains(problem));
}
