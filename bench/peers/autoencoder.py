"""Encodes or decodes by the autoencoder of diffusers, as bench_autoencoder does, and prints the same.

usage: autoencoder.py encode|decode FOLDER PRECISION BATCH COUNT MEMORY DEVICE FORM

The last three as common.py says; threads are those of OMP_NUM_THREADS.
"""

import json
import sys

import torch
from common import arranged, in_form, now, peak_bytes, warm_up_steps
from diffusers import AutoencoderKL
from safetensors.torch import load_file

mode, folder, precision, batch, count, memory, device, form = sys.argv[1:]
batch, count = int(batch), int(count)
half = torch.bfloat16 if precision == "bf16" else torch.float32
autoencoder = arranged(AutoencoderKL.from_pretrained(f"{folder}/pipeline/vae"), "sdpa", memory).to(device, half).eval()
inputs = load_file(f"{folder}/autoencoder-inputs.safetensors")[mode][:batch].to(device, half)
if memory == "channels_last":
    inputs = inputs.contiguous(memory_format=torch.channels_last)
compute = in_form(autoencoder.encode if mode == "encode" else autoencoder.decode, form)
with torch.inference_mode():
    for number in range(warm_up_steps(device) + count):
        if number == warm_up_steps(device):
            begin = now(device)
        outputs = compute(inputs)
    seconds = now(device) - begin
first = (outputs.latent_dist.mean if mode == "encode" else outputs.sample).flatten()[:4096].double().tolist()
print(json.dumps({"images": batch * count, "seconds": seconds, "outputs": first, "device_peak_bytes": peak_bytes(device)}))
