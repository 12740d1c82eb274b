#include "radforge/nn/device_rate.hpp"

#include "torch_catch.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

using namespace radforge;

TEST_CASE("the rate of matrix products is that of a processor") {
  // Between one multiply-add every ten cycles and a rack of accelerators: the unit is right. Which machine it is, is not tested.
  const double rate = measure_matmul_rate(at::kFloat);
  CHECK(std::isfinite(rate));
  CHECK(rate > 1e8);
  CHECK(rate < 1e16);
}

TEST_CASE("bf16 is native where the kernel lists the instructions") {
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const bool listed = text.find(" avx512_bf16") != std::string::npos || text.find(" amx_bf16") != std::string::npos;
  CHECK(has_native_bf16() == listed);
  if (listed) {
    CHECK(measure_matmul_rate(at::kBFloat16) > 1e8);
  }
}
