#include "../../../src/data/mimic_tables.hpp"

#include "radforge/core/error.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("mimic tables: splits by image, patients and races by subject") {
  const ProviderFolder folder("mimic-cxr");
  folder.put("split.csv", "dicom_id,study_id,subject_id,split\na,1,1,train\nb,1,1,validate\nc,2,2,test\n");
  CHECK(read_mimic_splits(folder.path("split.csv")) ==
        std::unordered_map<std::string, std::string>{{"a", "train"}, {"b", "validation"}, {"c", "test"}});

  folder.put("patients.csv", "subject_id,gender,anchor_age,anchor_year\n7,F,52,2180\n8,M,0,2110\n");
  const auto patients = read_mimic_patients(folder.path("patients.csv"));
  REQUIRE(patients.size() == 2);
  CHECK(patients.at(7).sex == "F");
  CHECK(patients.at(7).anchor_age == 52);
  CHECK(patients.at(7).anchor_year == 2180);

  folder.put("admissions.csv", "subject_id,hadm_id,race\n7,1,UNKNOWN\n7,2,WHITE\n8,3,BLACK/AFRICAN\n");
  CHECK(read_mimic_races(folder.path("admissions.csv")) == std::unordered_map<std::uint64_t, std::string>{{7, ""}, {8, "BLACK"}});
}

TEST_CASE("mimic tables: bad cells are errors that name file and line") {
  const ProviderFolder folder("mimic-cxr");
  folder.put("split.csv", "dicom_id,split\na,train\nb,holdout\n");
  CHECK_THROWS_AS(read_mimic_splits(folder.path("split.csv")), DataError);
  CHECK_THROWS_WITH(read_mimic_splits(folder.path("split.csv")), Contains("split.csv:3: unknown split: \"holdout\""));
  folder.put("patients.csv", "subject_id,gender,anchor_age,anchor_year\n7,F,old,2180\n");
  CHECK_THROWS_WITH(read_mimic_patients(folder.path("patients.csv")), Contains("patients.csv:2") && Contains("anchor_age"));
  folder.put("patients.csv", "subject_id,gender,anchor_age,anchor_year\n7,Q,1,2180\n");
  CHECK_THROWS_WITH(read_mimic_patients(folder.path("patients.csv")), Contains("patients.csv:2: unknown sex code"));
  folder.put("admissions.csv", "subject_id,insurance\n7,1\n");
  CHECK_THROWS_WITH(read_mimic_races(folder.path("admissions.csv")), Contains("no column 'race' or 'ethnicity'"));
}
