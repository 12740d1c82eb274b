#include "radforge/models/patch_discriminator.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>

using namespace radforge;

TEST_CASE("a patch discriminator gives one number a patch, and fixed weights take no gradient") {
  ParameterSet parameters;
  const PatchDiscriminator discriminator({.in_channels = 1, .channels = 8, .num_layers = 3}, ParameterScope(parameters));
  parameters.allocate(1);
  const at::Tensor images = at::ones({2, 1, 32, 32}).mul(0.5).set_requires_grad(true);
  const at::Tensor verdict = discriminator.forward(images, PatchDiscriminator::Weights::fixed);
  CHECK(verdict.sizes() == at::IntArrayRef({2, 1, 4, 4}));
  verdict.sum().backward();
  CHECK(images.grad().abs().max().item<float>() > 0);
  CHECK(parameters.flat_gradient().abs().max().item<float>() == 0);

  const at::Tensor learning = discriminator.forward(images.detach(), PatchDiscriminator::Weights::learn);
  CHECK(at::equal(learning, verdict));
  learning.sum().backward();
  CHECK(parameters.flat_gradient().abs().max().item<float>() > 0);
}
