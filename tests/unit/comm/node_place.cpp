#include "radforge/comm/node_place.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("alone, a rank is the first of one on its node") {
  const auto self = make_self_communicator();
  const NodePlace place = node_place(*self);
  CHECK(place.rank == 0);
  CHECK(place.size == 1);
}
