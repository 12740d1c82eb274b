#!/usr/bin/env python3
"""Coefficients and golden values of the normal transform (docs/reproducibility.md, "Normals"). Needs numpy and scipy.

  normal.py coefficients   prints the arrays of include/radforge/core/normal_coefficients.hpp
  normal.py golden         writes tests/golden/core/normal.txt: a word and the exact quantile a line
"""

import pathlib
import sys

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.special import ndtri
from scipy.stats import norm

SPLIT = 5.0  # the tail begins where -log(4 p (1 - p)) exceeds this: p < 0.0017
MIN_P = 2.0**-33
SEED = 20260101


def probability(w):
    """p <= 1/2 and q = 1/2 - p with -log(4 p (1 - p)) = w, without cancellation."""
    q = np.sqrt(-np.expm1(-w)) / 2
    return np.exp(-w) / 4 / (0.5 + q), q


def central(w):
    p, q = probability(w)
    return -ndtri(np.where(p < 0.1, p, 0.5 - q)) / q


def tail(s):
    return -ndtri(probability(s * s)[0])


def log_quotient(y):
    return (np.log1p(y) - y) / y**2


def fit(function, low, high, degree, centre):
    """Interpolation in Chebyshev nodes (within a small factor of minimax), as powers of (x - centre), in fp32."""
    interpolant = Chebyshev.interpolate(function, degree, domain=[low, high])
    powers = interpolant.convert(kind=Polynomial)(Polynomial([centre, 1.0]))
    return powers.coef.astype(np.float32)


def print_coefficients():
    tail_start, tail_end = np.sqrt(SPLIT), np.sqrt(-np.log(4 * MIN_P * (1 - MIN_P)))
    for name, coefficients in (
        ("log_coefficients", fit(log_quotient, np.sqrt(0.5) - 1, np.sqrt(2) - 1, 7, 0.0)),
        ("central_coefficients", fit(central, 0.0, SPLIT, 9, SPLIT / 2)),
        ("tail_coefficients", fit(tail, tail_start, tail_end, 8, 3.4375)),
    ):
        print(f"{name} = {{" + ", ".join(f"{c:.9g}F" for c in coefficients) + "};")


def write_golden():
    rng = np.random.default_rng(SEED)
    half = 2**31
    split = int(probability(SPLIT)[0] * 2**32)
    lower = np.concatenate([
        np.arange(64),
        np.geomspace(64, half - 1, 400).astype(np.int64),
        split + np.arange(-16, 17),
        half - 1 - np.arange(64),
        rng.integers(0, half, 400),
    ])
    words = np.unique(np.concatenate([lower, 2**32 - 1 - lower]))
    path = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "core" / "normal.txt"
    with open(path, "w", encoding="ascii") as file:
        file.write("# word, scipy.stats.norm.ppf((word + 0.5) / 2^32); by tools/golden/normal.py\n")
        for word, value in zip(words, norm.ppf((words + 0.5) / 2.0**32)):
            file.write(f"{word} {value:.17g}\n")


if __name__ == "__main__":
    commands = {"coefficients": print_coefficients, "golden": write_golden}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
