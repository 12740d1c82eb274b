"""Weights of large models by keyed random numbers, so that a golden file needs to hold neither them nor their gradients. The same is
stated in C++ in tests/support/keyed_weights.hpp."""

import math

import numpy as np
import torch

from keyed_random import INIT, uniforms

# Names that files may hold and that are no weights.
SKIPPED = ("num_batches_tracked", "op_threshs", "position_ids")


def keyed(seed, identity, shape, draw=0):
    """Uniform in [-1, 1), float32, exact."""
    count = math.prod(shape)
    return torch.from_numpy(uniforms(seed, INIT, identity, draw, count) * np.float32(2) - np.float32(1)).reshape(shape)


def weights_of(module):
    """What a weights file of the module holds, in the order of names."""
    state = module.state_dict()
    return {name: state[name] for name in sorted(state) if not name.endswith(SKIPPED)}


def fill(module, seed, shift=0.0):
    """Tensor i in the order of names: matrices within 1 / sqrt(fan in); kernels within sqrt(3 / fan in), which keeps the variance;
    vectors within 0.25 of 1 (norms' weights and variances), of 0 (means) or of `shift` (biases). A quarter is exact, so no rounding
    depends on how operations are joined."""
    for i, (name, tensor) in enumerate(weights_of(module).items()):
        values = keyed(seed, i, tensor.shape)
        if tensor.ndim > 1:
            gain = 3 if tensor.ndim == 4 else 1
            values *= np.float32(math.sqrt(gain / (tensor.numel() // tensor.shape[0])))
        else:
            around = 1.0 if name.endswith(("weight", "running_var")) else shift if name.endswith("bias") else 0.0
            values = values * 0.25 + around
        tensor.copy_(values)


def summary(tensors, seed):
    """A row a tensor, in the order of names: its norm, and its dot products with four keyed vectors, in float64."""
    rows = []
    for i, name in enumerate(sorted(tensors)):
        values = tensors[name].detach().double().reshape(-1)
        directions = (keyed(seed, i, values.shape, 1 + k).double() for k in range(4))
        rows.append([float(values.norm())] + [float(values.dot(direction)) for direction in directions])
    return torch.tensor(rows, dtype=torch.float64)


def gradient_summary(module, seed):
    return summary({name: parameter.grad for name, parameter in module.named_parameters()}, seed)
