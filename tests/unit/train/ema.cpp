#include "radforge/train/ema.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/full.h>

using namespace radforge;

TEST_CASE("the average forgets the initial weights early and slowly later") {
  const at::Tensor start = at::full({4}, 1.0F);
  Ema ema(0.9, start);
  const at::Tensor next = at::full({4}, 2.0F);
  ema.update(next, 1); // decay 2 / 11
  CHECK(ema.average()[0].item<float>() == Approx(1 + 9.0 / 11));
  ema.update(next, 1000); // decay 0.9
  CHECK(ema.average()[3].item<float>() == Approx(2 - 2.0 / 11 * 0.9));
  CHECK(start[0].item<float>() == 1);
}
