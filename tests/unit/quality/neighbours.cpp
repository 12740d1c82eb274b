#include "radforge/quality/neighbours.hpp"

#include "golden_distances.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

using namespace radforge;

TEST_CASE("precision, recall, density and coverage are those of their authors' package") {
  for (const auto& one : golden_quality().at("distances")) {
    const NeighbourMetrics found = neighbour_metrics(matrix_of(one.at("real")), matrix_of(one.at("synthetic")), one.at("k"));
    CHECK(found.precision == Approx(one.at("precision").get<double>()).epsilon(1e-12));
    CHECK(found.recall == Approx(one.at("recall").get<double>()).epsilon(1e-12));
    CHECK(found.density == Approx(one.at("density").get<double>()).epsilon(1e-12));
    CHECK(found.coverage == Approx(one.at("coverage").get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("a set in several blocks has the numbers of one") {
  // 400 images three times: a ball reaches beyond the two copies, and so has the synthetic image that lies beside it.
  const at::Tensor x = at::tensor(std::vector<double>(golden_quality().at("distances")[0].at("real")[0]), at::kDouble);
  const at::Tensor base = at::arange(400, at::kDouble).unsqueeze(1).mul(x);
  const at::Tensor many = at::cat({base, base, base});
  const NeighbourMetrics found = neighbour_metrics(many, base.add(0.001), 3);
  CHECK(found.precision == 1);
  CHECK(found.coverage == 1);
}

TEST_CASE("each ball has its own radius, in every block") {
  // On a line, the i-th image at i^2: the nearest other one of i is at 2 i - 1 (of 0 at 1). Beside each, nearer than that, a
  // synthetic one for the even ones alone.
  const at::Tensor line = at::arange(2400, at::kDouble).square().unsqueeze(1);
  const at::Tensor beside = line.slice(0, 0, 2400, 2).sub(0.4);
  const NeighbourMetrics found = neighbour_metrics(line, beside, 1);
  CHECK(found.precision == 1);
  CHECK(found.coverage == 0.5);
}

TEST_CASE("copies are at no distance, among many images too") {
  const at::Tensor others = at::arange(3000, at::kDouble).mul(7).remainder(256).view({100, 30});
  const std::vector<Nearest> found = nearest_of(others.narrow(0, 40, 50), others);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].distance == 0);
    CHECK(found[i].number == static_cast<std::int64_t>(40 + i));
  }
  CHECK(nearest_of(others, at::cat({others, others}))[7].ratio() == 1);
}

TEST_CASE("the nearest image of another set, and how much nearer it is than the second") {
  const at::Tensor others = at::tensor({0.0, 10.0, 11.0, 50.0}, at::kDouble).unsqueeze(1);
  const std::vector<Nearest> found = nearest_of(at::tensor({1.0, 10.5, 50.0}, at::kDouble).unsqueeze(1), others);
  CHECK(found[0].number == 0);
  CHECK(found[0].distance == Approx(1));
  CHECK(found[0].ratio() == Approx(1.0 / 9));
  CHECK(found[1].ratio() == Approx(1));
  CHECK(found[2].number == 3);
  CHECK(found[2].ratio() == Approx(0).margin(1e-9));
  CHECK(nearest_of(others.narrow(0, 0, 1), at::cat({others.narrow(0, 0, 1), others.narrow(0, 0, 1)}))[0].ratio() == 1);
}
