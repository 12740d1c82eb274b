"""Reads a safetensors file of fp32 by the Python package and copies it into one flat tensor made before; prints as bench_load_weights.

usage: load_weights.py FILE
"""

import json
import pathlib
import sys
import time

import torch
from safetensors.torch import load_file

path = pathlib.Path(sys.argv[1])
flat = torch.zeros(path.stat().st_size // 4)
begin, cpu_begin = time.perf_counter(), time.process_time()
offset = 0
for tensor in load_file(path).values():
    flat[offset : offset + tensor.numel()].view(tensor.shape).copy_(tensor)
    offset += tensor.numel()
seconds, cpu_s = time.perf_counter() - begin, time.process_time() - cpu_begin
total = int((flat[:offset].view(torch.int32).to(torch.int64) & 0xFFFFFFFF).sum())
print(json.dumps({"bytes": path.stat().st_size, "seconds": seconds, "cpu_s": cpu_s, "sum": total}))
