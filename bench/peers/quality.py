"""Distances and shares of two sets of features, as bench_quality computes them, and prints the same.

usage: quality.py FILE

The Frechet distance by torchmetrics, and by SciPy's sqrtm as most do; the kernel distance by scikit-learn's kernel; precision, recall,
density and coverage by prdc, its authors' package.
"""

import contextlib
import json
import sys
import time

import numpy
import prdc
import torch
from safetensors.torch import load_file
from scipy.linalg import sqrtm
from sklearn.metrics.pairwise import polynomial_kernel
from torchmetrics.image.fid import FrechetInceptionDistance

features = {name: tensor.double() for name, tensor in load_file(sys.argv[1]).items()}
real, synthetic = (features[name].numpy() for name in ("real", "synthetic"))


class Given(torch.nn.Identity):
    """Features are there already."""

    num_features = real.shape[1]


def frechet() -> float:
    metric = FrechetInceptionDistance(feature=Given())
    metric.update(features["real"], real=True)
    metric.update(features["synthetic"], real=False)
    return metric.set_dtype(torch.float64).compute().item()


def frechet_by_scipy() -> float:
    left, right = numpy.cov(real, rowvar=False), numpy.cov(synthetic, rowvar=False)
    return float(numpy.sum((real.mean(0) - synthetic.mean(0)) ** 2) + numpy.trace(left + right - 2 * numpy.real(sqrtm(left @ right))))


def kernel() -> float:
    def of(left, right):
        return polynomial_kernel(left, right, degree=3, gamma=1 / left.shape[1], coef0=1)

    n, m = len(real), len(synthetic)
    within_real, within_synthetic = of(real, real), of(synthetic, synthetic)
    return float((within_real.sum() - numpy.trace(within_real)) / (n * (n - 1)) +
                 (within_synthetic.sum() - numpy.trace(within_synthetic)) / (m * (m - 1)) - 2 * of(real, synthetic).mean())


def neighbours() -> dict[str, float]:
    with contextlib.redirect_stdout(sys.stderr):
        return {name: float(value) for name, value in prdc.compute_prdc(real, synthetic, nearest_k=5).items()}


def timed(function):
    begin = time.perf_counter()
    value = function()
    return value, time.perf_counter() - begin


by_torchmetrics, frechet_s = timed(frechet)
by_scipy, scipy_s = timed(frechet_by_scipy)
kernel_distance, kernel_s = timed(kernel)
shares, neighbours_s = timed(neighbours)
print(json.dumps({"values": {"frechet": by_torchmetrics, "kernel": kernel_distance} | shares, "frechet_by_scipy": by_scipy, "frechet_s": frechet_s,
                  "scipy_s": scipy_s, "kernel_s": kernel_s, "neighbours_s": neighbours_s}))
