"""Trains a UNet of diffusers on one batch, as bench_train_step does radforge's, and prints the same.

usage: train_step.py FOLDER PRECISION BATCH STEPS ATTENTION MEMORY

ATTENTION is "bmm" or "sdpa", MEMORY "contiguous" or "channels_last"; threads are those of OMP_NUM_THREADS.
"""

import json
import sys
import time

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0
from safetensors.torch import load_file

WARM_UP_STEPS = 2
EMA_DECAY = 0.999

folder, precision, batch, steps, attention, memory = sys.argv[1:]
batch, steps = int(batch), int(steps)
inputs = {name: tensor[:batch] for name, tensor in load_file(f"{folder}/batch.safetensors").items()}
unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet").train()
unet.set_attn_processor(AttnProcessor() if attention == "bmm" else AttnProcessor2_0())
if memory == "channels_last":
    unet = unet.to(memory_format=torch.channels_last)
    inputs["latents"] = inputs["latents"].contiguous(memory_format=torch.channels_last)
parameters = list(unet.parameters())
average = [parameter.detach().clone() for parameter in parameters]
optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, fused=True)
losses, norms = [], []
for step in range(WARM_UP_STEPS + steps):
    if step == WARM_UP_STEPS:
        begin = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        predicted = unet(inputs["latents"], inputs["timesteps"], inputs["text"]).sample
    loss = (predicted.float() - inputs["target"]).square().mean()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
    optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(average, parameters, 1 - min(EMA_DECAY, (2 + step) / (11 + step)))
    losses.append(loss.item())
    norms.append(norm.item())
print(json.dumps({"images": steps * batch, "seconds": time.perf_counter() - begin, "losses": losses, "gradient_norms": norms}))
