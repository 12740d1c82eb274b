"""Trains a classifier of torchvision on one batch, or looks at it, as bench_classifier_step does, and prints the same.

usage: classifier_step.py train|infer FOLDER PRECISION BATCH STEPS MEMORY

MEMORY is "contiguous" or "channels_last"; threads are those of OMP_NUM_THREADS.
"""

import json
import sys
import time

import torch
import torchvision
from safetensors.torch import load_file

WARM_UP_STEPS = 2
EMA_DECAY = 0.999

mode, folder, precision, batch, steps, memory = sys.argv[1:]
batch, steps = int(batch), int(steps)
with open(f"{folder}/classifier/config.json", encoding="utf-8") as file:
    config = json.load(file)
model = getattr(torchvision.models, config["architecture"])(num_classes=config["num_classes"])
model.load_state_dict(load_file(f"{folder}/classifier/model.safetensors"), strict=False)
inputs = {name: tensor[:batch] for name, tensor in load_file(f"{folder}/batch.safetensors").items()}
if memory == "channels_last":
    model = model.to(memory_format=torch.channels_last)
    inputs["images"] = inputs["images"].contiguous(memory_format=torch.channels_last)


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16")


def train():
    model.train()
    parameters = list(model.parameters())
    average = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, fused=True)
    losses = []
    for step in range(WARM_UP_STEPS + steps):
        if step == WARM_UP_STEPS:
            begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            outputs = model(inputs["images"])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(outputs.float(), inputs["labels"])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1 - min(EMA_DECAY, (2 + step) / (11 + step)))
        losses.append(loss.item())
    return losses, time.perf_counter() - begin


def infer():
    model.eval()
    cast = model.to(torch.bfloat16) if precision == "bf16" else model
    images = inputs["images"].to(torch.bfloat16) if precision == "bf16" else inputs["images"]
    with torch.inference_mode():
        for step in range(WARM_UP_STEPS + steps):
            if step == WARM_UP_STEPS:
                begin = time.perf_counter()
            outputs = cast(images)
    return outputs.double().flatten().tolist(), time.perf_counter() - begin


found, seconds = train() if mode == "train" else infer()
print(json.dumps({"images": steps * batch, "seconds": seconds, "losses": found}))
