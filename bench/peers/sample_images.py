"""Makes images with diffusers' StableDiffusionPipeline, as bench_sample_images does, and prints the same.

usage: sample_images.py FOLDER SAMPLER PRECISION BATCH STEPS BATCHES ATTENTION MEMORY DEVICE FORM

SAMPLER is "ddim", "pndm" or "dpm_solver_2m"; the last four as common.py says; threads are those of OMP_NUM_THREADS.
"""

import json
import sys

import torch
from common import arranged, in_form, now, peak_bytes
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, PNDMScheduler, StableDiffusionPipeline

folder, sampler, precision, batch, steps, batches, attention, memory, device, form = sys.argv[1:]
batch, steps, batches = int(batch), int(steps), int(batches)
pipeline = StableDiffusionPipeline.from_pretrained(f"{folder}/pipeline", safety_checker=None, feature_extractor=None, image_encoder=None,
                                                   torch_dtype=torch.bfloat16 if precision == "bf16" else torch.float32).to(device)
settings = {"ddim": (DDIMScheduler, {}), "pndm": (PNDMScheduler, {"skip_prk_steps": True}), "dpm_solver_2m": (DPMSolverMultistepScheduler, {})}
kind, options = settings[sampler]
pipeline.scheduler = kind.from_config(pipeline.scheduler.config, **options)
pipeline.set_progress_bar_config(disable=True)
for model in (pipeline.unet, pipeline.vae):
    arranged(model, attention, memory)
pipeline.unet = in_form(pipeline.unet, form)
pipeline.vae.decode = in_form(pipeline.vae.decode, form)
means = []
for number in range(1 + batches):
    if number == 1:
        begin = now(device)
    prompts = [f"{20 + i % 60} year old {'male' if i % 2 == 0 else 'female'}. PA view. No finding."
               for i in range(number * batch, (number + 1) * batch)]
    images = pipeline(prompts, num_inference_steps=steps, guidance_scale=3.0, output_type="np",
                      generator=torch.Generator().manual_seed(number)).images
    means += [float(image.mean() * 255) for image in images]
print(json.dumps({"images": batches * batch, "seconds": now(device) - begin, "means": means, "device_peak_bytes": peak_bytes(device)}))
