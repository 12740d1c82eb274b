"""What `radforge prepare` does, by Pillow and h5py: table -> grey square images of one size -> HDF5 with one gzip chunk a row.

usage: prepare_images.py FOLDER COUNT SIZE OUT.h5          the first COUNT rows of FOLDER/metadata.csv
       prepare_images.py --stages FOLDER COUNT SIZE        prints the milliseconds an image of each stage, as JSON
"""

import csv
import io
import json
import pathlib
import sys
import time
import zlib

import h5py
import numpy
from PIL import Image


def square(image: Image.Image) -> Image.Image:
    side = max(image.size)
    if image.size == (side, side):
        return image
    canvas = Image.new("L", (side, side))
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas


def read_rows(folder: pathlib.Path, count: int) -> list[str]:
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as table:
        return [row["image"] for row in csv.DictReader(table)][:count]


def prepare(folder: pathlib.Path, count: int, size: int, out: pathlib.Path) -> None:
    rows = read_rows(folder, count)
    with h5py.File(out, "w") as file:
        images = file.create_dataset("images", (len(rows), size, size), "u1", chunks=(1, size, size), compression="gzip",
                                     compression_opts=4)
        for i, row in enumerate(rows):
            with Image.open(folder / row) as image:
                grey = image.convert("L")
            images[i] = numpy.asarray(square(grey).resize((size, size), Image.Resampling.LANCZOS))
        file["source"] = rows


def stages(folder: pathlib.Path, count: int, size: int) -> None:
    spent = dict.fromkeys(("read", "decode", "resize", "pack"), 0.0)
    rows = read_rows(folder, count)
    for row in rows:
        times = [time.perf_counter()]
        data = (folder / row).read_bytes()
        times.append(time.perf_counter())
        grey = Image.open(io.BytesIO(data)).convert("L")
        times.append(time.perf_counter())
        small = numpy.asarray(square(grey).resize((size, size), Image.Resampling.LANCZOS))
        times.append(time.perf_counter())
        zlib.compress(small, 4)
        times.append(time.perf_counter())
        for stage, start, end in zip(spent, times, times[1:]):
            spent[stage] += end - start
    print(json.dumps({stage: seconds * 1e3 / len(rows) for stage, seconds in spent.items()}))


def main() -> None:
    if sys.argv[1] == "--stages":
        stages(pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        prepare(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4]))


main()
