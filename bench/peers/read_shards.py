"""Reads every row of a data set's shards by h5py; prints what bench_read_shards prints.

usage: read_shards.py sequential|random|chunks DATASET PASSES

"sequential" reads in blocks of rows, "random" row by row in a random order, "chunks" likewise but past HDF5's filters: the stored bytes,
then zlib. Shards are open before, and the first pass, where the digest is taken, does not count.
"""

import json
import pathlib
import sys
import time
import zlib

import h5py
import numpy

BLOCK = 64
mode, folder, passes = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
index = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
# Without HDF5's cache of chunks, which would hand out small images of an earlier pass: a training reads a row once.
shards = [h5py.File(folder / shard["file"], rdcc_nbytes=0)["images"] for shard in index["shards"]]
first_ids = [shard["first_id"] for shard in index["shards"]]
shape = shards[0].shape[1:]
rows = [(number, row) for number, shard in enumerate(shards) for row in range(len(shard))]
if mode == "sequential":
    places = [(number, slice(row, row + BLOCK)) for number, shard in enumerate(shards) for row in range(0, len(shard), BLOCK)]
else:
    places = [rows[i] for i in numpy.random.default_rng(1).permutation(len(rows))]


def pixels(number: int, row) -> numpy.ndarray:
    if mode == "chunks":
        _mask, stored = shards[number].id.read_direct_chunk((row, *(0 for _ in shape)))
        return numpy.frombuffer(zlib.decompress(stored), numpy.uint8).reshape(shape)
    return shards[number][row]


def digest_of(number: int, row, found: numpy.ndarray) -> int:
    first = row.start if mode == "sequential" else row
    images = found if mode == "sequential" else found[None]
    return sum(zlib.crc32(numpy.ascontiguousarray(image), zlib.crc32((first_ids[number] + first + i).to_bytes(8, "little")))
               for i, image in enumerate(images))


digest = sum(digest_of(number, row, pixels(number, row)) for number, row in places)
start = time.perf_counter()
for _ in range(passes):
    for number, row in places:
        pixels(number, row)
print(json.dumps({"images": passes * len(rows), "seconds": time.perf_counter() - start, "digest": digest}))
