"""Golden file of the safetensors package: tests/golden/io/weights.safetensors, one tensor of each element type that is read.

Usage: python tools/golden/io_safetensors.py

Needs safetensors 0.8 or newer and numpy (tools/requirements-peers.txt). Element i of each tensor is i - 2, as far as its type has that value (u8: i, bool: i odd).
"""

import pathlib
import struct

import numpy as np
from safetensors import TensorSpec, serialize_file

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "io"


def packed(code, count):
    return struct.pack(f"<{count}{code}", *(i - 2 for i in range(count)))


def main():
    bfloat16 = b"".join(struct.pack("<f", i - 2)[2:] for i in range(5))
    tensors = {
        "double": ("float64", [2, 2], packed("d", 4)),
        "layer.weight": ("float32", [2, 3], packed("f", 6)),
        "half": ("float16", [3], packed("e", 3)),
        "brain": ("bfloat16", [5, 1], bfloat16),
        "long": ("int64", [1, 2, 2], packed("q", 4)),
        "int": ("int32", [3], packed("i", 3)),
        "bytes": ("uint8", [5], bytes(range(5))),
        "flags": ("bool", [3], bytes([0, 1, 0])),
        "scalar": ("float32", [], packed("f", 1)),
        "nothing": ("float32", [0, 4], b""),
    }
    buffers = {name: np.frombuffer(data, np.uint8) for name, (_, _, data) in tensors.items()}
    specs = {
        name: TensorSpec(dtype=dtype, shape=shape, data_ptr=buffers[name].ctypes.data, data_len=len(data))
        for name, (dtype, shape, data) in tensors.items()
    }
    serialize_file(specs, str(OUT / "weights.safetensors"), {"note": "caf\u00e9"})


main()
