#include "radforge/nn/activation_checkpoint.hpp"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace radforge {

namespace {

using Compute = std::function<at::Tensor(const std::vector<at::Tensor>&)>;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What an autograd context can hold.
struct ComputeHolder final : torch::CustomClassHolder {
  explicit ComputeHolder(Compute compute_in) : compute(std::move(compute_in)) {}
  Compute compute;
};

struct Recompute final : torch::autograd::Function<Recompute> {
  static variable_list forward(AutogradContext* context, const Compute& compute, at::TensorList list) {
    const variable_list inputs = list.vec();
    context->save_for_backward(inputs);
    context->saved_data["compute"] = c10::IValue::make_capsule(c10::make_intrusive<ComputeHolder>(compute));
    return {compute(inputs)}; // autograd is off in here
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    variable_list inputs;
    for (std::size_t i = 0; const at::Tensor& saved : context->get_saved_variables()) {
      inputs.push_back(saved.detach().set_requires_grad(context->needs_input_grad(i++)));
    }
    const auto holder = context->saved_data["compute"].toCapsule();
    {
      const c10::AutoGradMode with_grad(true);
      const at::Tensor output = static_cast<ComputeHolder&>(*holder).compute(inputs);
      torch::autograd::backward({output}, gradients);
    }
    variable_list result{at::Tensor()}; // of `compute` itself
    for (const at::Tensor& input : inputs) {
      result.push_back(input.grad());
    }
    return result;
  }
};

} // namespace

at::Tensor recompute_in_backward(Compute compute, const std::vector<at::Tensor>& inputs) {
  return c10::GradMode::is_enabled() ? Recompute::apply(compute, at::TensorList(inputs)).front() : compute(inputs);
}

} // namespace radforge
