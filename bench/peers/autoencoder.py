"""Encodes or decodes by the autoencoder of diffusers, as bench_autoencoder does, and prints the same; but the numbers of its inputs.

usage: autoencoder.py encode|decode FOLDER PRECISION BATCH COUNT MEMORY DEVICE FORM

The last three as common.py says; threads are those of OMP_NUM_THREADS.
"""

import json
import sys

import torch
from common import arranged, in_form, now, peak_bytes, warm_up_steps
from diffusers import AutoencoderKL

mode, folder, precision, batch, count, memory, device, form = sys.argv[1:]
batch, count = int(batch), int(count)
half = torch.bfloat16 if precision == "bf16" else torch.float32
autoencoder = arranged(AutoencoderKL.from_pretrained(f"{folder}/pipeline/vae"), "sdpa", memory).to(device, half).eval()
with open(f"{folder}/pipeline/unet/config.json", encoding="utf-8") as file:
    latent_side = json.load(file)["sample_size"]
scale = 2 ** (len(autoencoder.config.block_out_channels) - 1)
shape = (autoencoder.config.in_channels, latent_side * scale, latent_side * scale) if mode == "encode" else (
    autoencoder.config.latent_channels, latent_side, latent_side)
torch.manual_seed(1)
inputs = torch.randn(batch, *shape, device=device).to(half)
if memory == "channels_last":
    inputs = inputs.contiguous(memory_format=torch.channels_last)
compute = in_form(autoencoder.encode if mode == "encode" else autoencoder.decode, form)
with torch.inference_mode():
    for number in range(warm_up_steps(device) + count):
        if number == warm_up_steps(device):
            begin = now(device)
        outputs = compute(inputs)
    seconds = now(device) - begin
print(json.dumps({"images": batch * count, "seconds": seconds, "device_peak_bytes": peak_bytes(device)}))
