#include "radforge/quality/condition_fidelity.hpp"

#include "constant_network.hpp"
#include "temp_folder.hpp"
#include "tiny_dataset.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/zeros.h>

#include <cmath>
#include <numeric>

using namespace radforge;

namespace {

struct Fixture {
  Fixture() {
    write_tiny_dataset(folder / "data", 40, TinyLabels::varied);
    images.emplace(std::vector<DataSourceConfig>{{.dataset = folder / "data"}});
    numbers.resize(static_cast<std::size_t>(images->size()));
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  }
  CheckNetwork network(const std::string& attribute, const std::vector<std::string>& names) const {
    write_constant_network(folder / attribute, attribute, names, {}, 16);
    CheckConfig config;
    config.attribute = attribute;
    config.network = folder / attribute;
    return CheckNetwork(config);
  }

  TempFolder folder;
  std::optional<ImageSet> images;
  std::vector<std::int64_t> numbers;
};

} // namespace

TEST_CASE_METHOD(Fixture, "a class is right if it is the network's first choice, of images whose class it knows") {
  at::Tensor outputs = at::zeros({images->size(), 2});
  std::int64_t males = 0;
  for (const std::int64_t number : numbers) {
    outputs[number][1] = number % 2 == 0 ? 1 : -1; // the second word is M
    males += images->record(number).sex == "M" ? 1 : 0;
  }
  const CheckNetwork sex = network("sex", {"F", "M"});
  CHECK(knows_any_of(sex, *images));
  std::int64_t right = 0;
  for (const std::int64_t number : numbers) {
    right += (images->record(number).sex == "M") == (number % 2 == 0) ? 1 : 0;
  }
  const std::vector<FidelityValue> found = condition_fidelity(sex, outputs, *images, numbers);
  REQUIRE(found.size() == 1);
  CHECK(found[0].metric == "sex_accuracy");
  CHECK(found[0].value == Approx(static_cast<double>(right) / static_cast<double>(images->size())));
  CHECK(found[0].num_images == images->size());
  const std::vector<FidelityValue> of_males = condition_fidelity(network("sex", {"M", "X"}), outputs, *images, numbers);
  CHECK(of_males[0].num_images == males); // of F the network knows nothing
  CHECK_FALSE(knows_any_of(network("sex", {"male", "female"}), *images));
  CHECK_FALSE(knows_any_of(network("race", {"WHITE", "BLACK"}), *images));
  CHECK(condition_fidelity(network("race", {"WHITE", "BLACK"}), outputs, *images, numbers).empty());
}

TEST_CASE_METHOD(Fixture, "an age has its errors in years, where it is known") {
  at::Tensor outputs = at::zeros({images->size(), 1});
  double sum = 0;
  double squares = 0;
  std::int64_t known = 0;
  std::int64_t within = 0;
  for (const std::int64_t number : numbers) {
    const double error = number % 3 == 0 ? -20.4 : 16.3;
    const float age = images->record(number).age;
    outputs[number][0] = age + error;
    if (age >= 0) {
      ++known;
      sum += std::abs(error);
      squares += error * error;
      within += number % 3 == 0 ? 0 : 1; // 16.3 is rounded to 16
    }
  }
  const std::vector<FidelityValue> found = condition_fidelity(network("age", {"age"}), outputs, *images, numbers);
  const auto n = static_cast<double>(known);
  REQUIRE(found.size() == 3);
  CHECK(known < images->size());
  CHECK(found[0].num_images == known);
  CHECK(found[0].value == Approx(sum / n));
  CHECK(found[1].value == Approx(std::sqrt(squares / n)));
  CHECK(found[2].value == Approx(static_cast<double>(within) / n));
}

TEST_CASE_METHOD(Fixture, "a finding has the AUROC of its logits, of images where it is known and where both states are there") {
  at::Tensor outputs = at::zeros({images->size(), 3});
  for (const std::int64_t number : numbers) {
    outputs[number][0] = images->record(number).sex == "M" ? 2 : 1; // "Dim", which F have: the wrong way round
    outputs[number][2] = images->record(number).sex == "M" ? 2 : 1; // "Bright", which M have
  }
  const CheckNetwork findings = network("findings", {"Dim", "Never", "Bright"});
  const std::vector<FidelityValue> found = condition_fidelity(findings, outputs, *images, numbers);
  REQUIRE(found.size() == 2); // "Never" is unknown everywhere
  CHECK(found[0].metric == "auroc Dim");
  CHECK(found[0].value == 0);
  CHECK(found[1].metric == "auroc Bright");
  CHECK(found[1].value == 1);
  CHECK(found[1].num_images < found[0].num_images);
  CHECK_FALSE(knows_any_of(network("findings", {"Edema", "Mass"}), *images));
}
