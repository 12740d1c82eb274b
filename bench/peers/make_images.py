"""Radiographs of any size: the real 128 px ones of data/open-cxr, enlarged, with grain, so that files are as large as real ones.

usage: make_images.py OPEN_CXR FOLDER COUNT SIDE jpeg|png

Writes FOLDER/images/00000.jpg (or .png, 8-bit grey) and so on, and FOLDER/metadata.csv, COUNT rows of one patient each.
ChestX-ray14's PNGs of 1024 px have 0.4 MB on average, CheXpert-small's JPEGs 0.4 bytes a pixel.
"""

import csv
import pathlib
import sys

import numpy
from PIL import Image, ImageFilter


def grain(random: numpy.random.Generator, side: int) -> numpy.ndarray:
    """Noise with the short correlation that a detector's blur gives it."""
    noise = Image.fromarray(random.normal(128, 7, (side, side)).clip(0, 255).astype(numpy.uint8))
    return numpy.asarray(noise.filter(ImageFilter.GaussianBlur(0.8)), dtype=numpy.float32) - 128


def main() -> None:
    source, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    count, side, kind = int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    originals = sorted((source / "nih" / "images").iterdir())
    random = numpy.random.default_rng(1)
    (folder / "images").mkdir()
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(["image", "patient_id", "sex", "age", "view", "split", "No_Finding"])
        for i in range(count):
            with Image.open(originals[i % len(originals)]) as image:
                large = image.convert("L").resize((side, side), Image.Resampling.BICUBIC)
            pixels = numpy.asarray(large, dtype=numpy.float32) + grain(random, side)
            name = f"images/{i:05}.{'jpg' if kind == 'jpeg' else 'png'}"
            options = {"quality": 96} if kind == "jpeg" else {}
            Image.fromarray(pixels.clip(0, 255).round().astype(numpy.uint8)).save(folder / name, **options)
            writer.writerow([name, i, "MF"[i % 2], 20 + i % 60, "PA", "train", i % 2])


main()
