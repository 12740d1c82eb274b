#!/usr/bin/env python3
"""Shards are plain HDF5: the README's lines read them with h5py alone, and so does everything else that dataset.json promises."""

import json
import pathlib
import re
import subprocess
import sys

from radforge_cli import Workplace

CHECK = """
import json
import h5py
import numpy

folder = "runs/demo/generate/"
with open(folder + "dataset.json") as file:
    shards = json.load(file)["shards"]
with h5py.File(folder + "dataset.h5") as whole:
    first = 0
    for entry in shards:
        with h5py.File(folder + entry["file"]) as shard:
            images = shard["images"]
            assert images.chunks == (1, *images.shape[1:]) and images.compression == "gzip", (images.chunks, images.compression)
            rows = slice(first, first + len(images))
            for name in shard:
                assert len(shard[name]) == len(images), name
            for name in whole:
                assert numpy.array_equal(shard[name][...], whole[name][rows]), name
            assert images[...].std() > 10, "no picture"
            first += len(images)
    assert len(whole["images"]) == first, (len(whole["images"]), first)
print("rows", first)
"""


def python_with_h5py():
    for python in ("python3", "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import h5py"], capture_output=True, check=False).returncode == 0:
            return python
    print("skipped: no python3 has h5py")
    sys.exit(77)


def main():
    python = python_with_h5py()
    readme = pathlib.Path(sys.argv[2], "README.md").read_text()
    snippet = next(block for block in re.findall(r"```python\n(.*?)```", readme, re.S) if "import h5py" in block)
    with Workplace(*sys.argv[1:3]) as place:
        place.run("prepare", "configs/test/prepare.yaml", "--output", "runs/demo/generate")
        dataset = json.loads((place.path / "runs/demo/generate/dataset.json").read_text())
        shown = subprocess.run([python, "-c", snippet], cwd=place.path, capture_output=True, text=True, check=True).stdout
        assert "uint8" in shown and "view" in shown, shown
        counted = subprocess.run([python, "-c", CHECK], cwd=place.path, capture_output=True, text=True, check=True).stdout
        assert counted == f"rows {sum(shard['num_rows'] for shard in dataset['shards'])}\n", counted


if __name__ == "__main__":
    main()
