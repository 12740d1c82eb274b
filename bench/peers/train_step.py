"""Trains a UNet of diffusers on one batch, as bench_train_step does radforge's, and prints the same.

usage: train_step.py FOLDER PRECISION BATCH STEPS ATTENTION MEMORY DEVICE FORM

The last four as common.py says; threads are those of OMP_NUM_THREADS.
"""

import json
import sys

import torch
from common import arranged, in_form, train
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file

folder, precision, batch, steps, attention, memory, device, form = sys.argv[1:]
batch, steps = int(batch), int(steps)
inputs = {name: tensor[:batch].to(device) for name, tensor in load_file(f"{folder}/batch.safetensors").items()}
unet = arranged(UNet2DConditionModel.from_pretrained(f"{folder}/unet").to(device).train(), attention, memory)
if memory == "channels_last":
    inputs["latents"] = inputs["latents"].contiguous(memory_format=torch.channels_last)
forward = in_form(unet, form)


def loss():
    with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16"):
        predicted = forward(inputs["latents"], inputs["timesteps"], inputs["text"]).sample
    return (predicted.float() - inputs["target"]).square().mean()


print(json.dumps({"images": steps * batch} | train(loss, list(unet.parameters()), steps, device)))
