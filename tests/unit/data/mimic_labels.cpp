#include "../../../src/data/mimic_labels.hpp"

#include "radforge/core/error.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("mimic labels: four states, by study; the first row of a study holds") {
  const ProviderFolder folder("mimic-cxr");
  folder.put("t.csv", "subject_id,study_id,Edema,No Finding\n1,50,1.0,\n1,51,-1.0,0.0\n1,50,0.0,0.0\n");
  const MimicLabels labels(folder.path("t.csv"));
  CHECK(labels.names() == std::vector<std::string>{"Edema", "No Finding"});
  CHECK(labels.of(50) == std::vector<LabelState>{LabelState::present, LabelState::unmentioned});
  CHECK(labels.of(51) == std::vector<LabelState>{LabelState::uncertain, LabelState::absent});
  CHECK(labels.of(52).empty());
}

TEST_CASE("mimic labels: other cells are errors that name file, line and column") {
  const ProviderFolder folder("mimic-cxr");
  folder.put("a.csv", "subject_id,study_id,Edema\n1,50,1\n1,51,2.0\n");
  CHECK_THROWS_AS(MimicLabels(folder.path("a.csv")), DataError);
  CHECK_THROWS_WITH(MimicLabels(folder.path("a.csv")), Contains("a.csv:3") && Contains("\"2.0\" in Edema"));
  folder.put("b.csv", "subject_id,study_id,Edema\n1,s50,1\n");
  CHECK_THROWS_WITH(MimicLabels(folder.path("b.csv")), Contains("b.csv:2") && Contains("\"s50\" in study_id"));
}
