#!/usr/bin/env python3
"""Forty planted faults are found, each named, and repair brings every byte back."""

import random
import shutil
import sys

from radforge_cli import Workplace, tree

RESULTS = (".h5", "dataset.json")


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1 << (at % 8)
    path.write_bytes(content)


def cut(path, size):
    path.write_bytes(path.read_bytes()[:size])


def swap(one, other):
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def faults():
    """(what, how to plant it in a folder, names that the report must have)"""
    rng = random.Random(4)
    shards = [f"shard-{k:05}.h5" for k in range(6)]
    for name in shards + ["dataset.h5"]:  # structure at the beginning, images in the middle, free space at the end
        for place in ("begin", "middle", "end", "anywhere"):
            def plant(folder, name=name, place=place):
                size = (folder / name).stat().st_size
                flip(folder / name, {"begin": rng.randrange(200), "middle": size // 2 + rng.randrange(100),
                                     "end": size - 1 - rng.randrange(20), "anywhere": rng.randrange(size)}[place])
            yield f"flip {place} of {name}", plant, [name]
    for size in (0, 7, 1000):
        yield f"cut to {size}", lambda folder, size=size: cut(folder / shards[1], size), [shards[1]]
    yield "cut by one", lambda folder: cut(folder / shards[2], -1), [shards[2]]
    yield "grown", lambda folder: (folder / shards[3]).write_bytes((folder / shards[3]).read_bytes() + b"x"), [shards[3]]
    for one, other in ((0, 1), (2, 4)):
        yield f"swap {one} {other}", lambda folder, a=shards[one], b=shards[other]: swap(folder / a, folder / b), [shards[one], shards[other]]
    yield "missing", lambda folder: (folder / shards[5]).unlink(), [shards[5]]
    yield "all missing", lambda folder: [(folder / name).unlink() for name in shards], shards
    yield "extra", lambda folder: shutil.copy(folder / shards[0], folder / "shard-00009.h5"), ["shard-00009.h5"]
    yield "no dataset.h5", lambda folder: (folder / "dataset.h5").unlink(), ["dataset.h5"]
    yield "other file", lambda folder: (folder / shards[4]).write_text("no shard"), [shards[4]]


def finds_and_repairs(place):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "set")
    folder = place.path / "set"
    sound = tree(folder, RESULTS)
    found = 0
    for number, (what, plant, names) in enumerate(faults()):
        plant(folder)
        ranks = (0, 0, 2, 0, 3)[number % 5]
        _, log = place.run("verify", "set", ranks=ranks, expect=3)
        for name in names:
            assert f"{name}: " in log, (what, name, log)
        found += 1
        place.run("repair", "set", ranks=ranks)
        assert tree(folder, RESULTS) == sound, what
    print(f"{found} planted faults found and repaired")
    assert found == 40, found
    out, _ = place.run("verify", "set", "--deep", ranks=2)
    assert "every digest holds" in out, out


def damaged_index(place):
    """A damaged dataset.json is found; the command that made the set makes it again and keeps every shard."""
    folder = place.path / "set"
    sound = tree(folder, RESULTS)
    times = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*.h5")}
    flip(folder / "dataset.json", 300)
    _, log = place.run("verify", "set", expect=3)
    assert "dataset.json" in log, log
    place.run("repair", "set", expect=3)
    place.run("prepare", "configs/test/prepare.yaml", "--output", "set", ranks=3)
    assert tree(folder, RESULTS) == sound
    assert times == {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*.h5")}


def changed_input(place):
    """What cannot be made again as it was is refused, and nothing is replaced."""
    site = place.path / "site"
    shutil.copytree((place.path / "data/open-cxr/hannover").resolve(), site)
    arguments = ["prepare", "configs/test/prepare.yaml", "--set", "sites.0.root=site", "--output", "changed"]
    place.run(*arguments)
    folder = place.path / "changed"
    first = (site / "metadata.csv").read_text().splitlines()[1].split(",")[0]
    second = (site / "metadata.csv").read_text().splitlines()[2].split(",")[0]
    shutil.copy(site / second, site / first)
    flip(folder / "shard-00000.h5", 3000)
    damaged = (folder / "shard-00000.h5").read_bytes()
    _, log = place.run("repair", "changed", expect=3)
    assert "shard-00000.h5 comes out different" in log, log
    assert (folder / "shard-00000.h5").read_bytes() == damaged
    table = (site / "metadata.csv").read_text()
    (site / "metadata.csv").write_text(table.replace(",M,", ",F,", 1))
    _, log = place.run(*arguments, expect=2)
    assert "other inputs" in log, log


def main():
    with Workplace(*sys.argv[1:3]) as place:
        finds_and_repairs(place)
        damaged_index(place)
        changed_input(place)


if __name__ == "__main__":
    main()
