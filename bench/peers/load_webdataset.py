"""The images of a data set as WebDataset's tars of PNGs, read in order by torch's DataLoader; prints what bench_loader prints.

usage: load_webdataset.py make DATASET FOLDER TARS | load FOLDER WORKERS BATCH EPOCHS

The first epoch is untimed: workers start in it, and the digest is taken from it. Batches are put together in the workers.
"""

import io
import json
import pathlib
import sys
import time
import zlib

import numpy
from PIL import Image


def make(dataset: pathlib.Path, folder: pathlib.Path, num_tars: int) -> None:
    import h5py
    import webdataset

    index = json.loads((dataset / "dataset.json").read_text(encoding="utf-8"))
    files = [h5py.File(dataset / shard["file"]) for shard in index["shards"]]
    rows = [(int(row_id), image) for file in files for row_id, image in zip(file["id"][:], file["images"][:])]
    for number in range(num_tars):
        with webdataset.TarWriter(str(folder / f"{number:05}.tar")) as tar:
            for row_id, image in rows[number * len(rows) // num_tars : (number + 1) * len(rows) // num_tars]:
                png = io.BytesIO()
                Image.fromarray(image).save(png, format="PNG", compress_level=4)
                tar.write({"__key__": f"{row_id:09}", "png": png.getvalue()})


def decoded(sample: dict) -> tuple[int, numpy.ndarray]:
    return int(sample["__key__"]), numpy.asarray(Image.open(io.BytesIO(sample["png"])))


def put_together(samples: list) -> tuple:
    import torch

    ids, images = zip(*samples)
    return torch.tensor(ids), torch.from_numpy(numpy.stack(images))


def digest_of(ids, pixels) -> int:
    return sum(zlib.crc32(image.numpy(), zlib.crc32(int(i).to_bytes(8, "little"))) for i, image in zip(ids, pixels))


def load(folder: pathlib.Path, workers: int, batch_size: int, epochs: int) -> None:
    import torch
    import webdataset

    torch.set_num_threads(1)
    tars = [str(path) for path in sorted(folder.glob("*.tar"))]
    images = webdataset.WebDataset(tars, shardshuffle=False).map(decoded).batched(batch_size, collation_fn=put_together)
    loader = torch.utils.data.DataLoader(images, batch_size=None, num_workers=workers, persistent_workers=True)
    digest = sum(digest_of(ids, pixels) for ids, pixels in loader)
    count = 0
    start = time.perf_counter()
    for _ in range(epochs):
        for ids, _pixels in loader:
            count += len(ids)
    print(json.dumps({"images": count, "seconds": time.perf_counter() - start, "digest": digest}))


if sys.argv[1] == "make":
    make(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4]))
else:
    load(pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
