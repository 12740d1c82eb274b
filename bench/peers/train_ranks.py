"""Trains a UNet of diffusers as train_step.py does, on the ranks of mpirun together by DistributedDataParallel over gloo.

usage: train_ranks.py FOLDER BATCH STEPS ATTENTION MEMORY

BATCH is that of all ranks. One rank alone trains without DistributedDataParallel. Rank 0 prints what bench_train_step prints; losses
are of the whole batch.
"""

import json
import os
import sys

import torch
from common import arranged, train
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file

folder, batch, steps, attention, memory = sys.argv[1:]
batch, steps = int(batch), int(steps)
rank, ranks = int(os.environ.get("OMPI_COMM_WORLD_RANK", 0)), int(os.environ.get("OMPI_COMM_WORLD_SIZE", 1))
share = slice(rank * batch // ranks, (rank + 1) * batch // ranks)
inputs = {name: tensor[share] for name, tensor in load_file(f"{folder}/batch.safetensors").items()}
unet = arranged(UNet2DConditionModel.from_pretrained(f"{folder}/unet").train(), attention, memory)
if memory == "channels_last":
    inputs["latents"] = inputs["latents"].contiguous(memory_format=torch.channels_last)
forward = unet
if ranks > 1:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    # Named by the launcher's job, so that what an earlier run left behind is not taken for this one's.
    meeting = f"file://{folder}/meeting-{os.environ['PMIX_NAMESPACE']}"
    torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=ranks)
    forward = torch.nn.parallel.DistributedDataParallel(unet, gradient_as_bucket_view=True, static_graph=True)


def loss():
    predicted = forward(inputs["latents"], inputs["timesteps"], inputs["text"]).sample
    return (predicted - inputs["target"]).square().mean()


result = train(loss, list(unet.parameters()), steps, "cpu")
if ranks > 1:
    losses = torch.tensor(result["losses"], dtype=torch.float64)
    torch.distributed.all_reduce(losses)
    result["losses"] = (losses / ranks).tolist()
    torch.distributed.destroy_process_group()
if rank == 0:
    print(json.dumps({"images": steps * batch} | result), flush=True)
os._exit(0)  # where Python takes modules down, threads of a process group that is gone abort one run in ten
