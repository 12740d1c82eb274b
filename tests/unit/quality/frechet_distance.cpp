#include "radforge/quality/frechet_distance.hpp"

#include "golden_distances.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/tensor.h>

using namespace radforge;

TEST_CASE("FID is SciPy's, with more images than features and with fewer") {
  for (const auto& one : golden_quality().at("distances")) {
    const double expected = one.at("fid");
    INFO(expected);
    CHECK(frechet_distance(matrix_of(one.at("real")), matrix_of(one.at("synthetic"))) == Approx(expected).epsilon(1e-5));
    CHECK(frechet_distance(matrix_of(one.at("synthetic")), matrix_of(one.at("real"))) == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("a set is at no distance from itself, and two that are shifted at the square of the shift") {
  const at::Tensor features = matrix_of(golden_quality().at("distances")[1].at("real"));
  CHECK(frechet_distance(features, features) == Approx(0).margin(1e-6));
  CHECK(frechet_distance(features, features.add(2)) == Approx(4.0 * static_cast<double>(features.size(1))));
  CHECK(frechet_distance(features.to(at::kFloat), features.to(at::kFloat)) == Approx(0).margin(1e-6));
}
