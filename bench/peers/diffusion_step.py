"""Trains UNet and text encoder of a pipeline of diffusers on one batch, as bench_diffusion_step does radforge's, and prints the same.

usage: diffusion_step.py FOLDER SIDE PRECISION BATCH STEPS ATTENTION MEMORY DEVICE FORM

The recipe of diffusers' train_text_to_image.py, with the text encoder trained too: the frozen autoencoder has the weights' type of
PRECISION, the others compute in it by autocast. The last four as common.py says; threads are those of OMP_NUM_THREADS.
"""

import json
import sys

import torch
from common import arranged, in_form, train
from diffusers import DDPMScheduler, StableDiffusionPipeline

folder, side, precision, batch, steps, attention, memory, device, form = sys.argv[1:]
side, batch, steps = int(side), int(batch), int(steps)
pipeline = StableDiffusionPipeline.from_pretrained(f"{folder}/pipeline", safety_checker=None, feature_extractor=None, image_encoder=None)
half = torch.bfloat16 if precision == "bf16" else torch.float32
autoencoder = arranged(pipeline.vae, attention, memory).to(device, half).requires_grad_(False)
unet = arranged(pipeline.unet, attention, memory).to(device).train()
text_encoder = pipeline.text_encoder.to(device).train()
schedule = DDPMScheduler.from_config(pipeline.scheduler.config)
tokens = pipeline.tokenizer(["50 year old male. PA view. No finding."] * batch, padding="max_length", truncation=True,
                            max_length=pipeline.tokenizer.model_max_length, return_tensors="pt").input_ids.to(device)
torch.manual_seed(1)
images = torch.rand(batch, autoencoder.config.in_channels, side, side, device=device).mul(2).sub(1).to(half)
if memory == "channels_last":
    images = images.contiguous(memory_format=torch.channels_last)
encode, denoise, read = in_form(autoencoder.encode, form), in_form(unet, form), in_form(text_encoder, form)


def loss():
    with torch.no_grad():
        latents = encode(images).latent_dist.sample().float() * autoencoder.config.scaling_factor
    noise = torch.randn_like(latents)
    timesteps = torch.randint(0, schedule.config.num_train_timesteps, (batch,), device=device)
    noisy = schedule.add_noise(latents, noise, timesteps)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16"):
        predicted = denoise(noisy, timesteps, read(tokens)[0], return_dict=False)[0]
    return torch.nn.functional.mse_loss(predicted.float(), noise)


parameters = [*unet.parameters(), *text_encoder.parameters()]
print(json.dumps({"images": steps * batch} | train(loss, parameters, steps, device, has_average=False)))
