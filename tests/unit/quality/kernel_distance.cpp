#include "radforge/quality/kernel_distance.hpp"

#include "golden_distances.hpp"
#include "torch_catch.hpp"

#include <cmath>

using namespace radforge;

TEST_CASE("the distance under the cubic kernel is scikit-learn's") {
  for (const auto& one : golden_quality().at("distances")) {
    const double expected = one.at("kernel_distance");
    CHECK(kernel_distance(matrix_of(one.at("real")), matrix_of(one.at("synthetic"))) == Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("KID of subsets that are whole sets is the distance of the sets, without deviation") {
  const auto one = golden_quality().at("distances")[0];
  const at::Tensor real = matrix_of(one.at("real")).narrow(0, 0, 50);
  const at::Tensor synthetic = matrix_of(one.at("synthetic"));
  const KernelDistance whole = kernel_inception_distance(real, synthetic, 1000, 5, 1);
  CHECK(whole.mean == Approx(kernel_distance(real, synthetic)));
  CHECK(whole.deviation == Approx(0).margin(1e-6));
}

TEST_CASE("KID of subsets is near the distance of the sets, and a function of the seed") {
  const auto one = golden_quality().at("distances")[0];
  const at::Tensor real = matrix_of(one.at("real"));
  const at::Tensor synthetic = matrix_of(one.at("synthetic"));
  const KernelDistance some = kernel_inception_distance(real, synthetic, 20, 200, 1);
  CHECK(some.deviation > 0);
  CHECK(std::abs(some.mean - kernel_distance(real, synthetic)) < 4 * some.deviation / std::sqrt(200.0));
  CHECK(kernel_inception_distance(real, synthetic, 20, 200, 1).mean == some.mean);
  CHECK(kernel_inception_distance(real, synthetic, 20, 200, 2).mean != some.mean);
}
