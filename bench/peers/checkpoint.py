"""Saves and loads the training state of bench_checkpoint, twice, and prints what it prints, of the second time.

usage: checkpoint.py sync|async|safetensors FOLDER MEGABYTES

"sync" and "async" are save and async_save of torch.distributed.checkpoint, alone or on the ranks of mpirun over gloo; "safetensors" is
save_file and fsync, then load_file and a copy into the state, alone. With "async" the state changes while the first one is written.
"""

import json
import os
import pathlib
import sys
import time

import torch
import torch.distributed.checkpoint as checkpoint
from safetensors.torch import load_file, save_file
from torch.distributed.checkpoint.staging import BlockingAsyncStager

SIDE, KINDS = 1024, 4
mode, folder, num_bytes = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]) * 1_000_000
rank, ranks = int(os.environ.get("OMPI_COMM_WORLD_RANK", 0)), int(os.environ.get("OMPI_COMM_WORLD_SIZE", 1))
os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
torch.set_num_threads(1)
torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting-{os.environ.get('PMIX_NAMESPACE', os.getpid())}", rank=rank,
                                     world_size=ranks)
shapes = [shape for _ in range(num_bytes // KINDS // 4 // (SIDE * SIDE + SIDE)) for shape in ((SIDE, SIDE), (SIDE,))]
state = {f"{kind}.{number}": torch.zeros(shape) for kind in range(KINDS) for number, shape in enumerate(shapes)}
# It keeps its memory from one save to the next; made here, since what it would make itself is pinned, which takes CUDA.
stager = BlockingAsyncStager(cache_staged_state_dict=True)
if mode == "async":
    stager.state_dict_cache = {name: torch.zeros_like(tensor) for name, tensor in state.items()}


def wanted(name: str, step: int) -> torch.Tensor:
    kind, number = map(int, name.split("."))
    first = 1009 * number + 10007 * kind + 100003 * step
    return torch.arange(first, first + state[name].numel()).remainder_(1 << 20).float().view_as(state[name])


def clear() -> None:
    for tensor in state.values():
        tensor.zero_()


def save(path: pathlib.Path, changes: bool) -> tuple[float, float]:
    torch.distributed.barrier()
    begin = time.perf_counter()
    if mode == "async":
        future = checkpoint.async_save(state, storage_writer=checkpoint.FileSystemWriter(path), async_stager=stager)
        stall = time.perf_counter() - begin
        if changes:
            clear()
        future.result()
    else:
        if mode == "sync":
            checkpoint.save(state, storage_writer=checkpoint.FileSystemWriter(path))
        else:
            save_file(state, path)
            with open(path, "rb") as file:
                os.fsync(file.fileno())
        stall = time.perf_counter() - begin
    torch.distributed.barrier()
    return stall, time.perf_counter() - begin


def load(path: pathlib.Path) -> float:
    clear()
    torch.distributed.barrier()
    begin = time.perf_counter()
    if mode == "safetensors":
        for name, tensor in load_file(path).items():
            state[name].copy_(tensor)
    else:
        checkpoint.load(state, storage_reader=checkpoint.FileSystemReader(path))
    torch.distributed.barrier()
    return time.perf_counter() - begin


for step in (1, 2):
    for name, tensor in state.items():
        tensor.copy_(wanted(name, step))
    path = folder / f"step-{step}"
    times = [*save(path, step == 1), load(path)]
    if not all(torch.equal(tensor, wanted(name, step)) for name, tensor in state.items()):
        sys.exit("what was loaded is not what was saved")
total = sum(int((tensor.view(torch.int32).long() & 0xFFFFFFFF).sum()) for tensor in state.values())
slowest = torch.tensor(times, dtype=torch.float64)
torch.distributed.all_reduce(slowest, torch.distributed.ReduceOp.MAX)
if rank == 0:
    print(json.dumps(dict(zip(("stall_s", "save_s", "load_s"), slowest.tolist())) | {"sum": total}))
torch.distributed.destroy_process_group()
