"""Writes the images of a data set again by h5py with gzip, from memory; prints what bench_write_shards prints.

usage: write_shards.py DATASET FOLDER LEVEL

A row a chunk, each shard in one call, closed and synced, without digests: the least that h5py does for such a file.
"""

import json
import os
import pathlib
import sys
import time

import h5py


def main(source: pathlib.Path, folder: pathlib.Path, level: int) -> None:
    index = json.loads((source / "dataset.json").read_text(encoding="utf-8"))
    shards = {}
    for shard in index["shards"]:
        with h5py.File(source / shard["file"]) as file:
            shards[shard["file"]] = file["images"][:]
    start = time.perf_counter()
    for name, images in shards.items():
        with h5py.File(folder / name, "w", libver=("v110", "v110")) as file:
            file.create_dataset("images", data=images, chunks=(1, *images.shape[1:]), compression="gzip", compression_opts=level,
                                track_times=False)
            file.flush()
        with open(folder / name, "rb") as file:
            os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    print(json.dumps({"images": sum(len(images) for images in shards.values()), "seconds": seconds,
                      "num_bytes": sum((folder / name).stat().st_size for name in shards),
                      "pixel_bytes": sum(images.nbytes for images in shards.values())}))


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]))
