#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("alone, an exception passes an agreement as it is") {
  const auto self = make_self_communicator();
  agree(*self, [] {});
  CHECK_THROWS_AS(agree(*self, [] { throw std::logic_error("x"); }), std::logic_error);
  try {
    agree(*self, [] { throw DataError("row 7 is empty"); });
    FAIL("nothing was thrown");
  } catch (const DataError& error) {
    CHECK(std::string(error.what()) == "row 7 is empty");
    CHECK_FALSE(error.agreed());
  }
}

TEST_CASE("alone, texts and numbers come back") {
  const auto self = make_self_communicator();
  CHECK(broadcast(*self, "hello") == "hello");
  CHECK(broadcast(*self, "").empty());
  CHECK(all_gather(*self, "a") == std::vector<std::string>{"a"});
  CHECK(all_gather(*self, "") == std::vector<std::string>{""});
  CHECK(all_max(*self, -3) == -3);
  CHECK(all_sum(*self, 4) == 4);
  CHECK_NOTHROW(require_equal(*self, "a: 1\n", "configuration"));
}
