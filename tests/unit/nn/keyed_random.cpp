#include "radforge/nn/keyed_random.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

TEST_CASE("a sample's noise does not depend on the batch it is in") {
  const RandomKey a{1, Stream::noise, 10, 0};
  const RandomKey b{1, Stream::noise, 11, 0};
  const at::Tensor both = keyed_normals({a, b}, {3, 5});
  CHECK(both.sizes() == at::IntArrayRef({2, 3, 5}));
  CHECK(at::equal(both[1], keyed_normals({b}, {3, 5})[0]));
  CHECK_FALSE(at::equal(both[0], both[1]));
}
