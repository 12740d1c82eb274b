"""Stands in for radforge, mpirun, ldd, the programs bench_* and the peers' Python, by the name that it is called by: prints what they
would, at once. Where BENCH_TAMPERED names its side, "ours" or "peer", what it computed is a little wrong.
"""

import csv
import json
import os
import pathlib
import sys

NAME, WORDS = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
IS_WRONG = os.environ.get("BENCH_TAMPERED", "") == ("peer" if NAME == "python" or WORDS[:1] == ["mpi"] else "ours")
SPEED = {"images": 32, "seconds": 0.5, "matmul_flops": 1e11, "flop_per_image": 1e9, "limit_images_per_s": 100, "bytes": 10**9, "cpu_s": 0.2,
         "draws": 1, "pixel_bytes": 1000, "num_bytes": 900, "limit_bytes_per_s": 1e8}
STAGES = {"read": 0.1, "decode": 0.2, "resize": 0.1, "pack": 0.1}


def computed() -> dict:
    """What the sides must have alike; of two programs in a case each the same."""
    return {"losses": [1.1, 1.05 if IS_WRONG else 1.0, 0.9], "means": [100 + (5 if IS_WRONG else 0)] * 3, "digest": 7 + IS_WRONG, "sum": 11 + IS_WRONG,
            "values": {"Mass all": 0.75 + 1e-9 * IS_WRONG}}


def option(name: str) -> pathlib.Path:
    return pathlib.Path(WORDS[WORDS.index(name) + 1])


def radforge() -> None:
    if WORDS[0] == "--version":
        print("radforge 0 (stand-in)")
    elif WORDS[0] == "evaluate":
        with (option("--output") / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([["label", "subgroup", "metric", "measure", "value"], ["Mass", "all", "auroc", "value", computed()["values"]["Mass all"]]])
    elif WORDS[0] == "prepare":
        (option("--output") / "pixels").write_text(str(100 + 2 * IS_WRONG), encoding="utf-8")
    elif WORDS[0] == "verify":
        print("a digest does not hold" if IS_WRONG else "every digest holds")


def peer(program: str, words: list[str]) -> dict:
    if program == "make_images":
        folder, count = pathlib.Path(words[1]), int(words[2])
        (folder / "images").mkdir()
        for i in range(count):
            (folder / f"images/{i:05}.jpg").write_bytes(b"image")
        (folder / "metadata.csv").write_text("image\n" + "".join(f"images/{i:05}.jpg\n" for i in range(count)), encoding="utf-8")
    if program == "prepare_images":
        if words[0] == "--stages":
            return STAGES
        pathlib.Path(words[3]).write_text(str(100 + 2 * IS_WRONG), encoding="utf-8")
    if program == "compare_images":
        grey = [int(path.read_text(encoding="utf-8")) for path in (pathlib.Path(words[0]) / "pixels", pathlib.Path(words[1]))]
        return {"images": int(pathlib.Path(words[1]).stem), "largest_difference": abs(grey[0] - grey[1]), "differing_fraction": 0.5}
    return SPEED | computed()


def bench(program: str) -> dict:
    if program == "load_weights" and WORDS[0] == "make":
        pathlib.Path(WORDS[1]).write_bytes(b"weights")
    if program == "make_shards":
        (pathlib.Path(WORDS[0]) / "shard-0.h5").write_bytes(b"rows" * int(WORDS[1]))
    if program == "prepare_stages":
        return STAGES
    return SPEED | computed()


if NAME == "mpirun":
    os.execvp(WORDS[4], WORDS[4:])  # without -n RANKS --bind-to none
elif NAME == "ldd":
    print("libjemalloc.so.2 => /nowhere/libjemalloc.so.2")
elif NAME == "radforge":
    radforge()
elif NAME == "python":
    print(json.dumps(peer(pathlib.Path(WORDS[0]).stem, WORDS[1:])))
else:
    print(json.dumps(bench(NAME.removeprefix("bench_"))))
