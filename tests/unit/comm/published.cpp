#include "../../../src/comm/published.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <thread>

using namespace radforge;

namespace {
using Numbers = std::array<std::int64_t, 9>;

bool all_equal(const Numbers& numbers) {
  for (const std::int64_t number : numbers) {
    if (number != numbers[0]) {
      return false;
    }
  }
  return true;
}
} // namespace

TEST_CASE("memory of zeros is a published zero, and the last value written is read") {
  Published<Numbers> cell;
  CHECK(cell.read() == Numbers{});
  for (std::int64_t i = 1; i < 5; ++i) {
    Numbers numbers;
    numbers.fill(i);
    cell.write(numbers);
    CHECK(cell.read() == numbers);
  }
}

TEST_CASE("a reader never sees a part of a value, nor an older one than before") {
  Published<Numbers> cell;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::int64_t i = 1; !stop; ++i) {
      Numbers numbers;
      numbers.fill(i);
      cell.write(numbers);
    }
  });
  bool whole = true;
  std::int64_t last = 0;
  for (int i = 0; i < 200000; ++i) {
    const Numbers numbers = cell.read();
    whole = whole && all_equal(numbers) && numbers[0] >= last;
    last = numbers[0];
  }
  stop = true;
  writer.join();
  CHECK(whole);
}
