#!/usr/bin/env python3
"""Opens a pipeline folder in diffusers and holds its images to radforge's: same noise, same prompts, DDIM with guidance.

  .deps/peers/bin/python tools/peers/check_pipeline.py FOLDER [--radforge PROGRAM] [--images 4] [--steps 20] [--guidance 3]

Both start from the keyed noise of docs/reproducibility.md, which is made here by an implementation of its own. Exit code 1 if a pixel
differs by more than one grey level.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools" / "golden"))
from keyed_random import GENERATION, normals  # noqa: E402

SEED = 7
CONFIG = """task: generation
seed: {seed}
pipeline: {folder}
cohort:
  num_images: {images}
  age_groups: [18-39, 60-79]
sampler:
  name: ddim
  steps: {steps}
  guidance_scale: {guidance}
batch_size: {images}
rows_per_shard: {images}
sheet:
  rows: 1
  columns: 1
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--radforge", type=pathlib.Path, default=SOURCE / "build/release/bin/radforge")
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.0)
    return parser.parse_args()


def images_of_radforge(options):
    """Pixels, N x H x W x C, and their prompts, out of the shard that radforge writes."""
    with tempfile.TemporaryDirectory(prefix="radforge-check-") as temporary:
        folder = pathlib.Path(temporary)
        config = folder / "generate.yaml"
        config.write_text(CONFIG.format(seed=SEED, folder=options.folder.absolute(), images=options.images, steps=options.steps,
                                        guidance=options.guidance))
        environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        subprocess.run([options.radforge.absolute(), "generate", config, "--output", folder / "set"], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
        with h5py.File(folder / "set" / "dataset.h5") as file:
            pixels = file["images"][:]
            prompts = list(file["prompt"].asstr()[:])
    return pixels if pixels.ndim == 4 else pixels[..., None], prompts


def images_of_diffusers(options, prompts):
    pipeline = StableDiffusionPipeline.from_pretrained(options.folder, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config, clip_sample=False)
    side, channels = pipeline.unet.config.sample_size, pipeline.unet.config.in_channels
    count = channels * side * side
    latents = np.stack([normals(SEED, GENERATION, image, 0, count).reshape(channels, side, side) for image in range(len(prompts))])
    for name in ("unet", "text_encoder", "vae"):
        model = getattr(pipeline, name)
        print(f"{name}: {type(model).__name__}, {sum(parameter.numel() for parameter in model.parameters())} parameters")
    images = pipeline(prompts, latents=torch.from_numpy(latents).float(), num_inference_steps=options.steps,
                      guidance_scale=options.guidance, output_type="np").images
    return (images * 255).round().astype(np.uint8)


def main():
    options = arguments()
    ours, prompts = images_of_radforge(options)
    theirs = images_of_diffusers(options, prompts)
    if ours.shape != theirs.shape:
        sys.exit(f"check_pipeline: radforge's images are {ours.shape}, diffusers' {theirs.shape}")
    difference = np.abs(ours.astype(int) - theirs.astype(int))
    print(f"{len(prompts)} images of {ours.shape[1]} x {ours.shape[2]} after {options.steps} DDIM steps: largest difference "
          f"{difference.max()} grey levels, {100 * (difference > 0).mean():.3f} % of pixels differ, deviation of an image "
          f"{ours.std():.1f}")
    if difference.max() > 1:
        sys.exit("check_pipeline: the images differ by more than one grey level")


main()
