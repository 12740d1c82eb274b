#!/usr/bin/env python3
"""evaluate, task image-quality: the same numbers at any number of ranks, what is known of sets that are known, bad input."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from radforge_cli import Workplace, tree

RESULTS = (".csv", ".png", "image_quality.json")
SCRIPTED = pathlib.Path(sys.argv[2]) / "tests/golden/models/scripted"
SHA256 = {name: digest for digest, name in (line.split() for line in (SCRIPTED / "SHA256SUMS").read_text().splitlines())}
HALVES = f"{{name: halves, network: {SCRIPTED / 'halves.pt'}, sha256: {SHA256['halves.pt']}, input: {{channels: 1, scaling: fixed, high: 1}}}}"
PIXELS = "{name: pixels, input: {size: 8, channels: 1, scaling: fixed, high: 1}}"


def write(place, name, **changes):
    keys = {"task": "image-quality", "real": "[{dataset: prepared, split: test}]", "synthetic": "[{dataset: generated}]",
            "training": "[{dataset: prepared}]", "subgroups": "[sex, sex + age_group]", "min_images": 8, "neighbours": 3,
            "features": f"[{PIXELS}, {{name: sex, network: sex}}, {HALVES}]", "condition": "[{attribute: sex, network: sex}]", **changes}
    (place.path / name).write_text("".join(f"{key}: {value}\n" for key, value in keys.items()))
    return name


def models(place):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared", ranks=2)
    data = "data.sources.0.dataset=prepared"
    place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", "--set", data)
    place.run("train", "configs/test/diffusion.yaml", "--output", "diffusion", "--set", data, "--set", "autoencoder=autoencoder/pipeline")
    place.run("train", "configs/test/classifier.yaml", "--output", "sex", "--set", data)
    place.run("generate", "configs/test/generate.yaml", "--output", "generated", "--set", "pipeline=diffusion/pipeline", "--set",
              "sheet.real_dataset=prepared", "--set", "cohort.num_images=40", ranks=2)


def values(folder):
    rows = csv.DictReader((folder / "image_quality.csv").open())
    return {(row["subgroup"], row["features"], row["metric"]): float(row["value"]) for row in rows}


def is_the_same_at_any_number_of_ranks(place):
    config = write(place, "quality.yaml")
    for ranks in (1, 2, 3, 4):
        out, log = place.run("evaluate", config, "--output", f"q{ranks}", ranks=ranks)
        assert "features halves" in out and "ms_ssim_within_prompts" in out, out
    assert "ms_ssim_to_real: no synthetic image has a real one of the same sex" in log, log # the site gives no ages
    want = tree(place.path / "q1", RESULTS)
    assert {"image_quality.csv", "nearest-pixels.csv", "nearest-pixels.png", "nearest-halves.png"} < want.keys(), want.keys()
    for ranks in (2, 3, 4):
        assert tree(place.path / f"q{ranks}", RESULTS) == want
    found = values(place.path / "q1")
    assert ("sex=F", "sex", "fid") in found and ("all", "", "sex_accuracy") in found, found.keys()
    assert found["all", "pixels", "fid"] > 0 and 0 <= found["all", "pixels", "precision"] <= 1, found
    _, log = place.run("evaluate", config, "--output", "q1", ranks=2)
    assert "measured already" in log, log
    whole = json.loads((place.path / "q1/image_quality.json").read_text())
    assert whole["settings"]["ms_ssim_scales"] == 2 and len(whole["inputs"]) == 10, whole["settings"]
    assert all(space["size"] > 0 for space in whole["settings"]["features"].values()), whole["settings"]


def knows_copies(place):
    """A generator that repeats what it learned from: at no distance from it, and all of it memorised."""
    config = write(place, "copies.yaml", real="[{dataset: prepared}]", synthetic="[{dataset: prepared}]", condition="[]", num_ssim_pairs=0)
    place.run("evaluate", config, "--output", "copies")
    found = values(place.path / "copies")
    for space in ("pixels", "sex", "halves"):
        assert abs(found["all", space, "fid"]) < 1e-5 and found["all", space, "precision"] == found["all", space, "coverage"] == 1, found
        assert found["all", space, "memorized"] > 0.95, found["all", space, "memorized"]
    nearest = list(csv.DictReader((place.path / "copies/nearest-pixels.csv").open()))
    assert len(nearest) == 20 and all(row["synthetic_id"] == row["training_id"] for row in nearest), nearest


def stops_on_request(place):
    """One rank is asked in the middle: all end with 75 and write nothing, and the same command begins again."""
    config = write(place, "long.yaml", num_kid_subsets=1000)
    run = subprocess.Popen(place.command("evaluate", config, "--output", "stopped", ranks=2), cwd=place.path, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True)
    while not (place.path / "stopped/inputs.txt").exists() and run.poll() is None:
        time.sleep(0.002)
    children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    os.kill(int(children[-1]), signal.SIGUSR1)
    _, log = run.communicate(timeout=60)
    assert run.returncode == 75 and "stopped on request" in log, (run.returncode, log)
    assert not (place.path / "stopped/image_quality.json").exists()
    place.run("evaluate", config, "--output", "stopped", ranks=2)
    assert (place.path / "stopped/image_quality.json").exists()


def refuses(place):
    def fails(text, code, **changes):
        _, log = place.run("evaluate", write(place, "bad.yaml", **changes), "--output", "bad", expect=code, ranks=2)
        assert text in log, log

    fails("min_images asks for 500", 3, min_images=500)
    fails("splits nothing", 2, subgroups="[sex + shoe]")
    fails("min_images is not above neighbours", 2, neighbours=8)
    fails("no name (it becomes part of a path)", 2, features="[{name: ../pixels}]")
    fails("has a name twice", 2, features=f"[{PIXELS}, {PIXELS}]")
    fails("tells sex, not view", 2, condition="[{attribute: view, network: sex}]")
    fails("no synthetic image was asked to show that", 2, condition="[{attribute: sex, network: sex, names: [male, female]}]")
    fails("asks for an attribute twice", 2, condition="[{attribute: sex, network: sex}, {attribute: sex, network: sex}]")
    fails("no network (pixels would be measured)", 2, features="[{name: inception, architecture: resnet18}]")
    fails("a second nearest one is looked for", 3, training="[{dataset: prepared, max_images: 1}]")
    fails("neither architecture nor sha256", 2, features=f"[{{name: halves, network: {SCRIPTED / 'halves.pt'}}}]")
    fails("SHA-256", 3, features=f"[{HALVES.replace(SHA256['halves.pt'], '0' * 64)}]")
    fails("cannot open", 4, real="[{dataset: nowhere}]")
    place.run("prepare", "configs/test/prepare.yaml", "--output", "larger", "--set", "image.size=48")
    fails("prepare them alike", 2, real="[{dataset: larger, split: test}]")
    assert not (place.path / "bad/image_quality.json").exists()
    # Another network: the numbers in the folder are of other inputs.
    place.run("train", "configs/test/classifier.yaml", "--output", "other", "--set", "data.sources.0.dataset=prepared", "--set", "seed=9")
    weights = "pipeline/classifier/model.safetensors"
    (place.path / "sex" / weights).write_bytes((place.path / "other" / weights).read_bytes())
    _, log = place.run("evaluate", "quality.yaml", "--output", "q1", expect=2)
    assert "other inputs" in log, log


with Workplace(sys.argv[1], sys.argv[2]) as place:
    models(place)
    is_the_same_at_any_number_of_ranks(place)
    knows_copies(place)
    stops_on_request(place)
    refuses(place)
