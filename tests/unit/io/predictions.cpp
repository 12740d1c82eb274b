#include "radforge/io/predictions.hpp"
#include "../../../src/io/hdf5.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace radforge;

namespace {

Predictions example() {
  Predictions predictions{.label = "findings", .names = {"Effusion", "Mass"}};
  for (int i = 0; i < 3; ++i) {
    SampleRecord sample;
    sample.id = 10 + i;
    sample.source = "nih/images/" + std::to_string(i) + ".png";
    sample.patient = "nih/" + std::to_string(i);
    sample.split = "test";
    sample.age = 40.5F;
    predictions.samples.push_back(sample);
    predictions.datasets.emplace_back("runs/prepare");
  }
  predictions.outputs = {-1.5F, 2, 0, 0.25F, 3, -4};
  predictions.labels = {1, 0, std::numeric_limits<float>::quiet_NaN(), 1, 0, 0};
  predictions.provenance = {{"model_digest", "abc"}};
  return predictions;
}

template <class Value>
std::vector<Value> read_column(hid_t file, const char* name, hid_t type, std::size_t count) {
  const Hdf5Dataset dataset(H5Dopen2(file, name, H5P_DEFAULT));
  REQUIRE(dataset.id() >= 0);
  std::vector<Value> values(count);
  REQUIRE(H5Dread(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  return values;
}

} // namespace

TEST_CASE("predictions are read back by HDF5 as they were written") {
  const TempFolder folder;
  const Predictions predictions = example();
  write_predictions(folder / "predictions.h5", predictions);
  const Hdf5Lock lock;
  const Hdf5File file = open_hdf5_file(folder / "predictions.h5");
  CHECK(read_column<float>(file.id(), "outputs", H5T_NATIVE_FLOAT, 6) == predictions.outputs);
  const std::vector<float> labels = read_column<float>(file.id(), "labels", H5T_NATIVE_FLOAT, 6);
  CHECK(labels[0] == 1);
  CHECK(std::isnan(labels[2]));
  CHECK(read_column<std::int64_t>(file.id(), "id", H5T_NATIVE_INT64, 3) == std::vector<std::int64_t>{10, 11, 12});
  const Hdf5Type text = text_type(3);
  const std::vector<char> sites = read_column<char>(file.id(), "site", text.id(), 9);
  CHECK(std::string(sites.begin(), sites.end()) == "nihnihnih");
  CHECK(H5Aexists(file.id(), "model_digest") > 0);
  CHECK(H5Aexists(file.id(), "label") > 0);
}

TEST_CASE("equal predictions give equal bytes") {
  const TempFolder folder;
  write_predictions(folder / "a.h5", example());
  write_predictions(folder / "b.h5", example());
  CHECK(read_file(folder / "a.h5") == read_file(folder / "b.h5"));
}

TEST_CASE("predictions are read as they were written") {
  const TempFolder folder;
  const Predictions written = example();
  write_predictions(folder / "predictions.h5", written);
  const Predictions read = read_predictions(folder / "predictions.h5");
  CHECK(read.label == written.label);
  CHECK(read.names == written.names);
  CHECK(read.outputs == written.outputs);
  CHECK(std::isnan(read.labels[2]));
  CHECK(read.labels[5] == 0);
  CHECK(read.datasets == written.datasets);
  CHECK(read.provenance == written.provenance);
  for (std::size_t i = 0; i < written.samples.size(); ++i) {
    CHECK(read.samples[i].id == written.samples[i].id);
    CHECK(read.samples[i].patient == written.samples[i].patient);
    CHECK(read.samples[i].split == "test");
    CHECK(read.samples[i].age == 40.5F);
  }
}

TEST_CASE("predictions that are damaged are refused, or right") {
  const TempFolder folder;
  write_predictions(folder / "predictions.h5", example());
  const std::string content = read_file(folder / "predictions.h5");
  std::size_t num_refused = 0;
  for (std::size_t at = 0; at < content.size(); at += 5) {
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    write_file_atomically(folder / "damaged.h5", damaged);
    try {
      (void)read_predictions(folder / "damaged.h5");
    } catch (const DataError&) {
      ++num_refused;
    }
  }
  CHECK(num_refused > 100);
  write_file_atomically(folder / "short.h5", content.substr(0, content.size() / 2));
  CHECK_THROWS_AS(read_predictions(folder / "short.h5"), DataError);
  CHECK_THROWS_AS(read_predictions(folder / "none.h5"), IoError);
}
