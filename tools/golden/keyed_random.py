"""The project's keyed random numbers (docs/reproducibility.md), stated independently: Philox4x32-10 in numpy, normals by scipy."""

import numpy as np
from scipy.special import ndtri

# Stream numbers of include/radforge/core/philox.hpp that golden scripts use.
INIT, GENERATION, SAMPLER = 1, 8, 11

MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL = 0x9E3779B9, 0xBB67AE85
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def bits(seed, stream, identity, draw, count):
    """The first `count` words of the sequence named by the key, uint32."""
    blocks = (count + 3) // 4
    c0 = np.arange(blocks, dtype=np.uint64)
    c1 = np.full(blocks, stream | draw << 8, np.uint64)
    c2 = np.full(blocks, identity & 0xFFFFFFFF, np.uint64)
    c3 = np.full(blocks, identity >> 32, np.uint64)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        first, second = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (second >> HALF) ^ c1 ^ np.uint64(k0), second & LOW, (first >> HALF) ^ c3 ^ np.uint64(k1), first & LOW
        k0, k1 = (k0 + WEYL[0]) & 0xFFFFFFFF, (k1 + WEYL[1]) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], 1).astype(np.uint32).reshape(-1)[:count]


def uniforms(seed, stream, identity, draw, count):
    """Multiples of 2^-24 in [0, 1), float32: the very bits of fill_uniform."""
    return (bits(seed, stream, identity, draw, count) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)


def normals(seed, stream, identity, draw, count):
    """Standard normals, float64: fill_normal differs by its error of 7.5e-7 at most."""
    return ndtri((bits(seed, stream, identity, draw, count) + 0.5) / 2.0**32)
