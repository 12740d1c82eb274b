#!/usr/bin/env python3
"""Names that lead elsewhere, in configurations, tables and dataset.json: refused, and nothing is made outside the output folder."""

import json
import os
import shutil
import sys

from radforge_cli import Workplace

HOSTILE = ["../outside", "a/../../outside", "/tmp/radforge-outside", "-rf", ".hidden", "..", ".", "a\0b", "a\nb", "n" * 300, ""]


def snapshot(place, *outputs):
    """Every file and folder but those that a command may write, with size and time."""
    seen = {}
    for folder, folders, files in os.walk(place.path):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in outputs]
        for name in folders + files:
            status = os.lstat(os.path.join(folder, name))
            seen[os.path.join(folder, name)] = (status.st_size, status.st_mtime_ns if name in files else 0)
    return seen


def refuses(place, code, parts, *arguments, output="out", ranks=0):
    """repair works in the folder that it is given: both may change."""
    allowed = [str(place.path / name) for name in (output, "twin")]
    before = snapshot(place, *allowed)
    takes_output = arguments[0] not in ("verify", "repair")
    _, log = place.run(*arguments, *(["--output", output] if takes_output else []), expect=code, ranks=ranks)
    for part in parts:
        assert part in log, (arguments, part, log)
    assert snapshot(place, *allowed) == before, arguments
    assert not os.path.lexists("/tmp/radforge-outside")


def runs_of_a_sweep(place):
    for name in HOSTILE:
        run = {"name": name, "config": "configs/test/classifier.yaml"}
        (place.path / "sweep.yaml").write_text(json.dumps({"task": "sweep", "runs": [run]}))
        refuses(place, 2, ["sweep.yaml"], "sweep", "sweep.yaml", ranks=2 if name == HOSTILE[0] else 0)
        axis = {"name": "a", "values": [{"name": name, "set": []}]}
        (place.path / "sweep.yaml").write_text(json.dumps({"task": "sweep", "axes": [axis], "runs": [dict(run, name="r")]}))
        refuses(place, 2, ["sweep.yaml"], "sweep", "sweep.yaml")


def spaces_of_features(place):
    for name in HOSTILE:
        config = {"task": "image-quality", "real": [{"dataset": "set"}], "synthetic": [{"dataset": "set"}],
                  "features": [{"name": name, "input": {"size": 8, "channels": 1, "scaling": "fixed", "low": 0, "high": 1}}]}
        (place.path / "quality.yaml").write_text(json.dumps(config))
        refuses(place, 2, ["quality.yaml"], "evaluate", "quality.yaml")


def shards_of_a_set(place):
    """dataset.json is not signed: whoever writes it may name any file."""
    index = json.loads((place.path / "set/dataset.json").read_text())
    shutil.copytree(place.path / "set", place.path / "twin")
    for name in HOSTILE:
        index["shards"][0]["file"] = name
        (place.path / "twin/dataset.json").write_text(json.dumps(index))
        for command in ("verify", "repair", "export"):
            refuses(place, 3, ["dataset.json"], command, "twin", output="exported", ranks=2 if name == HOSTILE[0] else 0)
        refuses(place, 3, ["dataset.json"], "inspect", "twin", "--sheet", output="page.html")
    assert not (place.path / "exported").exists()


def images_of_a_site(place):
    """A row whose image lies outside its site's folder is rejected, whatever is there."""
    site = place.path / "site"
    shutil.copytree((place.path / "data/open-cxr/hannover").resolve(), site)
    shutil.copy(next((site / "images").iterdir()), place.path / "outside.jpg")
    lines = (site / "metadata.csv").read_text().splitlines()
    names = ["../outside.jpg", "images/../../outside.jpg", str(place.path / "outside.jpg"), "-rf", "..", "n" * 300]
    for row, name in enumerate(names, start=1):
        lines[row] = name + lines[row][lines[row].index(","):]
    (site / "metadata.csv").write_text("\n".join(lines) + "\n")
    before = snapshot(place, str(place.path / "prepared"))
    place.run("prepare", "configs/test/prepare.yaml", "--set", "sites.0.root=site", "--set", "max_rejected_fraction=0.1",
              "--output", "prepared", ranks=2)
    assert snapshot(place, str(place.path / "prepared")) == before
    rejected = (place.path / "prepared/rejected.csv").read_text()
    for name in names:
        assert name in rejected, (name, rejected)


def outputs(place):
    for output in ("n" * 300, "set/dataset.json/below"):
        refuses(place, 4, ["cannot make the output folder", "--output"], "prepare", "configs/test/prepare.yaml", output=output)


def main():
    with Workplace(*sys.argv[1:3]) as place:
        place.run("prepare", "configs/test/prepare.yaml", "--output", "set")
        runs_of_a_sweep(place)
        spaces_of_features(place)
        shards_of_a_set(place)
        images_of_a_site(place)
        outputs(place)


if __name__ == "__main__":
    main()
