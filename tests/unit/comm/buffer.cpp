#include "radforge/comm/communicator.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace radforge;

TEST_CASE("an element type has its size") {
  CHECK(size_of(DType::u8) == 1);
  CHECK(size_of(DType::bf16) == 2);
  CHECK(size_of(DType::i32) == 4);
  CHECK(size_of(DType::f32) == 4);
  CHECK(size_of(DType::i64) == 8);
  CHECK(size_of(DType::f64) == 8);
  CHECK_THROWS_AS(size_of(static_cast<DType>(99)), InternalError);
}

TEST_CASE("a buffer of a span knows its bytes") {
  std::vector<double> values(5);
  const Buffer buffer = buffer_of(std::span(values));
  CHECK(buffer.data == values.data());
  CHECK(buffer.count == 5);
  CHECK(buffer.dtype == DType::f64);
  CHECK(buffer.where == Place::host);
  CHECK(buffer.bytes() == 40);
}

TEST_CASE("a slice is a part of the buffer") {
  std::vector<float> values(10);
  const Buffer buffer = buffer_of(std::span(values));
  const Buffer part = buffer.slice(3, 4);
  CHECK(part.data == &values[3]);
  CHECK(part.count == 4);
  CHECK(part.dtype == DType::f32);
  CHECK(buffer.slice(10, 0).count == 0);
}

TEST_CASE("a slice outside the buffer is refused") {
  std::vector<float> values(10);
  const Buffer buffer = buffer_of(std::span(values));
  CHECK_THROWS_AS(buffer.slice(3, 8), InternalError);
  CHECK_THROWS_AS(buffer.slice(11, 0), InternalError);
  CHECK_THROWS_AS(buffer.slice(1, static_cast<std::size_t>(-1)), InternalError);
}
