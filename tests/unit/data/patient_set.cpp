#include "radforge/data/patient_set.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "dataset_fixture.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("the patients of a training are those of its images and of what it comes from") {
  const DatasetFixture real(40);
  DataConfig config;
  config.sources = {{.dataset = real.path().string()}};
  const Mixture data(config);
  PatientSet patients(data);
  for (const std::int64_t id : data.of_split("train")) {
    CHECK(patients.contains(data.record(id).patient));
  }
  for (const std::int64_t id : data.of_split("test")) {
    CHECK_FALSE(patients.contains(data.record(id).patient));
  }
  CHECK(patients.unknown_origins().empty());

  const TempFolder folder;
  fs::create_directories(folder / "pipeline/classifier");
  PatientSet former;
  former.add("far/1");
  former.add_origin(folder / "downloaded");
  former.write(folder / "pipeline");
  patients.add_origin(folder / "pipeline/classifier"); // the file lies above it
  CHECK(patients.contains("far/1"));
  CHECK(patients.unknown_origins() == std::set<std::string>{(folder / "downloaded").string()});

  // A set of images that a model made carries that model's patients.
  patients.write(real.path());
  PatientSet next{Mixture(config)};
  CHECK(next.contains("far/1"));
  CHECK(next.size() == patients.size());
  CHECK(next.unknown_origins() == patients.unknown_origins());
}

TEST_CASE("the file names no patient, and a damaged one is refused with its line") {
  const TempFolder folder;
  PatientSet patients;
  patients.add("nih/00000001");
  patients.write(folder.path());
  CHECK(read_file(folder / PatientSet::file_name).find("0000001") == std::string::npos);
  write_file_atomically(folder / PatientSet::file_name, "# head\n0123\n");
  CHECK_THROWS_WITH(PatientSet().add_origin(folder.path()), Contains("training_patients.txt:2: '0123' is no digest"));
}
