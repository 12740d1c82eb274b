"""Makes images with diffusers' StableDiffusionPipeline, as bench_sample_images does, from the same starting latents, and prints the same.

usage: sample_images.py FOLDER PRECISION BATCH STEPS BATCHES ATTENTION MEMORY

ATTENTION is "bmm" or "sdpa", MEMORY "contiguous" or "channels_last"; threads are those of OMP_NUM_THREADS.
"""

import json
import sys
import time

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0

folder, precision, batch, steps, batches, attention, memory = sys.argv[1:]
batch, steps, batches = int(batch), int(steps), int(batches)
pipeline = StableDiffusionPipeline.from_pretrained(f"{folder}/pipeline", safety_checker=None, feature_extractor=None, image_encoder=None,
                                                   torch_dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
pipeline.set_progress_bar_config(disable=True)
for model in (pipeline.unet, pipeline.vae):
    model.set_attn_processor(AttnProcessor() if attention == "bmm" else AttnProcessor2_0())
    if memory == "channels_last":
        model.to(memory_format=torch.channels_last)
means = []
for number in range(1 + batches):
    if number == 1:
        begin = time.perf_counter()
    prompts = [f"{20 + i % 60} year old {'male' if i % 2 == 0 else 'female'}. PA view. No finding."
               for i in range(number * batch, (number + 1) * batch)]
    images = pipeline(prompts, num_inference_steps=steps, guidance_scale=3.0, output_type="np",
                      generator=torch.Generator().manual_seed(number)).images
    means += [float(image.mean() * 255) for image in images]
print(json.dumps({"images": batches * batch, "seconds": time.perf_counter() - begin, "means": means}))
