"""Trains a classifier of torchvision on one batch, or looks at it, as bench_classifier_step does, and prints the same.

usage: classifier_step.py train|infer FOLDER PRECISION BATCH STEPS MEMORY DEVICE FORM

The last three as common.py says; threads are those of OMP_NUM_THREADS.
"""

import json
import sys

import torch
import torchvision
from common import arranged, in_form, now, peak_bytes, train, warm_up_steps
from safetensors.torch import load_file

mode, folder, precision, batch, steps, memory, device, form = sys.argv[1:]
batch, steps = int(batch), int(steps)
with open(f"{folder}/classifier/config.json", encoding="utf-8") as file:
    config = json.load(file)
model = getattr(torchvision.models, config["architecture"])(num_classes=config["num_classes"])
model.load_state_dict(load_file(f"{folder}/classifier/model.safetensors"), strict=False)
model = arranged(model, "sdpa", memory).to(device)
inputs = {name: tensor[:batch].to(device) for name, tensor in load_file(f"{folder}/batch.safetensors").items()}
if memory == "channels_last":
    inputs["images"] = inputs["images"].contiguous(memory_format=torch.channels_last)


def learn() -> dict:
    forward = in_form(model.train(), form)

    def loss():
        with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16"):
            outputs = forward(inputs["images"])
        return torch.nn.functional.binary_cross_entropy_with_logits(outputs.float(), inputs["labels"])

    return train(loss, list(model.parameters()), steps, device)


def look() -> dict:
    half = torch.bfloat16 if precision == "bf16" else torch.float32
    forward = in_form(model.eval().to(half), form)
    images = inputs["images"].to(half)
    with torch.inference_mode():
        for step in range(warm_up_steps(device) + steps):
            if step == warm_up_steps(device):
                begin = now(device)
            outputs = forward(images)
        seconds = now(device) - begin
    return {"losses": outputs.double().flatten().tolist(), "seconds": seconds, "device_peak_bytes": peak_bytes(device)}


print(json.dumps({"images": steps * batch} | (learn() if mode == "train" else look())))
