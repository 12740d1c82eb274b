#!/usr/bin/env python3
"""`radforge plan` of training runs: what it knows before the data are there, with them, and with an autoencoder."""

import json
import sys

from radforge_cli import Workplace


def line_of(text, head):
    return next(line for line in text.splitlines() if line.strip().startswith(head))


def main(radforge, source):
    with Workplace(radforge, source) as place:
        before, _ = place.run("plan", "configs/test/diffusion.yaml")
        assert "the data set is not there yet" in before and "vae, encoder" not in before, before
        assert "GPU hours, on an A100 at 40 %" in before and "fp32 matrix products measured on 1 threads" in before, before

        place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
        data = ["--set", "data.sources.0.dataset=prepared"]
        place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", *data)
        arguments = ["plan", "configs/test/diffusion.yaml", *data, "--set", "autoencoder=autoencoder/pipeline", "--set", "train.steps=1000"]
        text, _ = place.run(*arguments)
        index = json.loads((place.path / "prepared/dataset.json").read_text())
        num_images = index["counts"]["split"]["train"]
        steps = line_of(text, "steps").split()
        assert steps[1] == "1000" and text.count(f" epochs of {num_images}\n") == 1, (steps, num_images)
        assert abs(float(steps[-4]) - int(steps[5]) / num_images) <= 0.05, steps
        assert "once an image" in line_of(text, "vae, encoder"), text

        # Augmented images are other ones each time, so each is encoded each time.
        augmented, _ = place.run(*arguments, "--set", "data.augmentation.max_shift=0.1")
        assert "once an image" not in augmented, augmented
        sharded = [float(line.split()[3]) for line in text.splitlines()[-3:]]
        assert sharded == sorted(sharded, reverse=True) and sharded[0] > sharded[-1], text

        # The arithmetic of Stable Diffusion 2.1-base at 512 px, 76 evaluations of both halves: 124.85 TFLOP an image.
        text, _ = place.run("plan", "configs/generate/roentgen-565k.yaml")
        assert "565000 images of 448 combinations, 1261 to 1262 of each" in text, text
        assert "125 TFLOP an image: 152 evaluations" in text and "70.5 EFLOP in all" in text and "552 shards of 1024" in text, text
        fewer, _ = place.run("plan", "configs/generate/roentgen-565k.yaml", "--set", "sampler.guidance_interval.highest=0.5")
        assert "115 evaluations" in fewer, fewer  # 39 of the 76 timesteps are at most 500


main(*sys.argv[1:])
