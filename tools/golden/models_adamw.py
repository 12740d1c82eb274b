"""Golden values of torch.optim.AdamW over five steps, in float32."""

import torch

from models_common import begin, describe, write

begin(16)
settings = {"lr": 0.01, "beta1": 0.9, "beta2": 0.98, "eps": 1e-8, "weight_decay": 0.05}
start = torch.randn(37)
gradients = torch.randn(5, 37) * torch.logspace(-3, 1, 5)[:, None]
gradients[:, 5] = 0.0

parameter = start.clone().requires_grad_()
optimizer = torch.optim.AdamW(
    [parameter],
    lr=settings["lr"],
    betas=(settings["beta1"], settings["beta2"]),
    eps=settings["eps"],
    weight_decay=settings["weight_decay"],
    foreach=False,
    fused=False,
)
parameters, first, second = [], [], []
for gradient in gradients:
    parameter.grad = gradient.clone()
    optimizer.step()
    state = optimizer.state[parameter]
    parameters.append(parameter.detach().clone())
    first.append(state["exp_avg"].clone())
    second.append(state["exp_avg_sq"].clone())

tensors = {"start": start, "gradients": gradients, "parameters": torch.stack(parameters)}
tensors |= {"exp_avg": torch.stack(first), "exp_avg_sq": torch.stack(second)}
write("adamw", tensors, settings)
describe("adamw", "models_adamw.py", [torch], "AdamW, float32: row i is the state after step i + 1; the settings are in the metadata.")
