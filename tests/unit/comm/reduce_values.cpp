#include "../../../src/comm/reduce_values.hpp"

#include "../../../src/comm/bf16.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace radforge;

namespace {

template <class T>
std::vector<T> reduced(const std::vector<std::vector<T>>& parts, ReduceOp op, DType dtype = dtype_of<T>()) {
  std::vector<const std::byte*> pointers;
  for (const auto& part : parts) {
    pointers.push_back(reinterpret_cast<const std::byte*>(part.data()));
  }
  std::vector<T> out(parts[0].size());
  std::vector<T> copy(out.size());
  reduce_values(pointers, {out.data(), out.size(), dtype, Place::host}, reinterpret_cast<std::byte*>(copy.data()), op);
  CHECK(std::memcmp(out.data(), copy.data(), out.size() * sizeof(T)) == 0);
  return out;
}

} // namespace

TEMPLATE_TEST_CASE("sum and minimum and maximum of three parts", "", unsigned char, int, long, float, double) {
  const std::vector<std::vector<TestType>> parts{{1, 9, 3}, {4, 2, 6}, {7, 8, 0}};
  CHECK(reduced(parts, ReduceOp::sum) == std::vector<TestType>{12, 19, 9});
  CHECK(reduced(parts, ReduceOp::min) == std::vector<TestType>{1, 2, 0});
  CHECK(reduced(parts, ReduceOp::max) == std::vector<TestType>{7, 9, 6});
}

TEST_CASE("more values than a block") {
  for (const std::size_t count : {511, 512, 513, 1024, 3000}) {
    std::vector<std::vector<float>> parts(2, std::vector<float>(count));
    std::vector<float> expected(count);
    for (std::size_t i = 0; i < count; ++i) {
      parts[0][i] = static_cast<float>(i);
      parts[1][i] = 0.1F;
      expected[i] = parts[0][i] + 0.1F;
    }
    CHECK(reduced(parts, ReduceOp::sum) == expected);
  }
}

TEST_CASE("the parts are added in their order") {
  CHECK(reduced<float>({{1e8F}, {1}, {-1e8F}}, ReduceOp::sum) == std::vector<float>{0}); // 1 is lost in 1e8
  CHECK(reduced<float>({{1e8F}, {-1e8F}, {1}}, ReduceOp::sum) == std::vector<float>{1});
}

TEST_CASE("integers wrap around") {
  CHECK(reduced<unsigned char>({{200}, {100}}, ReduceOp::sum) == std::vector<unsigned char>{44});
  CHECK(reduced<int>({{std::numeric_limits<int>::max()}, {1}}, ReduceOp::sum) ==
        std::vector<int>{std::numeric_limits<int>::min()});
}

TEST_CASE("a NaN in any part is one in the result") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const ReduceOp op : {ReduceOp::sum, ReduceOp::min, ReduceOp::max}) {
    CHECK(std::isnan(reduced<double>({{nan}, {1}, {2}}, op)[0]));
    CHECK(std::isnan(reduced<double>({{1}, {nan}, {2}}, op)[0]));
    CHECK(std::isnan(reduced<double>({{1}, {2}, {nan}}, op)[0]));
  }
}

TEST_CASE("bf16 is added in fp32 and rounded once") {
  // 1 + 2^-8 + 2^-8: each step rounded for itself would stay at 1.
  const auto one = bf16_of_float(1);
  const auto small = bf16_of_float(0.00390625F);
  CHECK(reduced<std::uint16_t>({{one}, {small}, {small}}, ReduceOp::sum, DType::bf16)[0] == bf16_of_float(1.0078125F));
}

TEST_CASE("the result may take the place of a part and needs no copy") {
  std::vector<int> a{1, 2, 3};
  const std::vector<int> b{10, 20, 30};
  const std::vector<const std::byte*> parts{reinterpret_cast<const std::byte*>(b.data()),
                                            reinterpret_cast<const std::byte*>(a.data())};
  reduce_values(parts, buffer_of(std::span(a)), nullptr, ReduceOp::sum);
  CHECK(a == std::vector<int>{11, 22, 33});
}

TEST_CASE("one part is no reduction") {
  int value = 1;
  const std::vector<const std::byte*> parts{reinterpret_cast<const std::byte*>(&value)};
  CHECK_THROWS_AS(reduce_values(parts, {&value, 1, DType::i32, Place::host}, nullptr, ReduceOp::sum), InternalError);
}
