#include "radforge/nn/label_loss.hpp"

#include "golden.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <limits>

using namespace radforge;

namespace {

constexpr double smoothing = 0.1; // the script's

void check(const std::string& name, const StateDict& golden, const std::function<at::Tensor(const at::Tensor&)>& loss) {
  INFO(name);
  const at::Tensor logits = golden.at("logits").clone().requires_grad_(true);
  const at::Tensor result = loss(logits);
  CHECK(result.item<double>() == Approx(golden.at(name).item<double>()).epsilon(1e-6));
  const at::Tensor gradient = torch::autograd::grad({result}, {logits})[0];
  CHECK(gradient.to(at::kDouble).sub(golden.at(name + ".gradient")).abs().max().item<double>() < 1e-6);
}

} // namespace

TEST_CASE("losses of labels, classes and values are PyTorch's over what is known, with their gradients") {
  const StateDict golden = read_golden("nn/label_loss");
  const at::Tensor& positive = golden.at("positive");
  const at::Tensor ones = at::ones({5});
  check("binary", golden, [&](const at::Tensor& x) { return binary_label_loss(x, golden.at("labels"), {ones, ones}); });
  check("binary_weighted", golden, [&](const at::Tensor& x) {
    return binary_label_loss(x, golden.at("labels"), {positive, golden.at("negative")}, smoothing);
  });
  check("class", golden, [&](const at::Tensor& x) { return class_loss(x, golden.at("classes"), ones); });
  check("class_weighted", golden, [&](const at::Tensor& x) { return class_loss(x, golden.at("classes"), positive, smoothing); });
  check("value", golden, [&](const at::Tensor& x) { return value_loss(x.narrow(1, 0, 1), golden.at("values")); });
}

TEST_CASE("what is unknown gives a loss and a gradient of zero, whatever its logit") {
  const double nan = std::nan("");
  for (const double logit : {0.0, 1e30, std::numeric_limits<double>::infinity(), nan}) {
    const at::Tensor ones = at::ones({3});
    const at::Tensor logits = at::full({2, 3}, logit).requires_grad_(true);
    const at::Tensor one = logits.narrow(1, 0, 1);
    for (const at::Tensor& loss : {binary_label_loss(logits, at::full({2, 3}, nan), {ones, ones}),
                                   class_loss(logits, at::full({2}, -1, at::kLong), ones), value_loss(one, at::full({2}, nan))}) {
      CHECK(loss.item<double>() == 0);
      CHECK(torch::autograd::grad({loss}, {logits}, {}, true)[0].abs().sum().item<double>() == 0);
    }
  }
}

TEST_CASE("a loss of bf16 logits is computed in fp32") {
  const StateDict golden = read_golden("nn/label_loss");
  const at::Tensor rounded = golden.at("logits").to(at::kBFloat16);
  const at::Tensor ones = at::ones({5});
  const auto loss = [&](const at::Tensor& x) { return binary_label_loss(x, golden.at("labels"), {ones, ones}); };
  CHECK(loss(rounded).scalar_type() == at::kFloat);
  CHECK(loss(rounded).item<double>() == loss(rounded.to(at::kFloat)).item<double>());
}
