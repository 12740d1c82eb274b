"""Largest difference, in grey levels, between the images of a radforge data set and those of prepare_images.py, as JSON.

usage: compare_images.py DATASET OUT.h5
"""

import json
import pathlib
import sys

import h5py
import numpy


def main() -> None:
    with h5py.File(sys.argv[2]) as theirs:
        peer = theirs["images"][:].astype(numpy.int16)
        sources = [f"bench/{name}" for name in theirs["source"].asstr()[:]]
    images, ours = [], []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("shard-*.h5")):
        with h5py.File(path) as shard:
            images.append(shard["images"][:].astype(numpy.int16))
            ours += list(shard["source"].asstr()[:])
    product = numpy.concatenate(images)
    if ours != sources or product.shape != peer.shape:
        sys.exit("the two hold different images")
    print(json.dumps({"images": len(ours), "largest_difference": int(numpy.abs(product - peer).max()),
                      "differing_fraction": float((product != peer).mean())}))


main()
