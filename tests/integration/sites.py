#!/usr/bin/env python3
"""Each provider's recipe on its fixture, at 1, 2, 3 and 4 ranks: the same bytes, and what was dropped is said."""

import csv
import json
import sys

from radforge_cli import Workplace, tree

RESULTS = (".h5", "dataset.json", "rejected.csv")


def overrides(fixtures, site):
    root = fixtures / site
    values = {"sites.0.root": root, "image.size": 64, "rows_per_shard": 3, "max_rejected_fraction": 0.9}
    if site == "mimic-cxr":
        values |= {"sites.0.demographics": root / "demographics", "sites.0.reports": root / "reports"}
    if site == "chexpert":
        values |= {"sites.0.demographics": root / "CHEXPERT DEMO.xlsx"}
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def check_site(place, fixtures, site):
    arguments = ["prepare", f"configs/prepare/{site}.yaml", *overrides(fixtures, site), "--output"]
    for ranks in (1, 2, 3, 4):
        _, log = place.run(*arguments, f"{site}-{ranks}", ranks=ranks)
        results = tree(place.path / f"{site}-{ranks}", RESULTS)
        assert len(results) > 3 and results == tree(place.path / f"{site}-1", RESULTS), (site, ranks)
    folder = place.path / f"{site}-1"
    index = json.loads((folder / "dataset.json").read_text())
    with (folder / "rejected.csv").open() as file:
        rejected = list(csv.DictReader(file))
    assert index["counts"]["status"]["ok"] > 3, (site, index["counts"])
    reasons = {row["reason"].split(": ")[0] for row in rejected}
    for reason in reasons:
        assert reason in log, (site, reason, log)
    faults = index["counts"]["status"].get("rejected", 0)
    assert faults == sum(row["reason"].startswith(("unusable image", "missing image")) for row in rejected), (site, rejected)
    out, _ = place.run("verify", folder, "--deep", ranks=2)
    assert "every digest holds" in out
    out, _ = place.run("inspect", folder)
    assert "prevalence" in out and (folder / "samples.png").read_bytes().startswith(b"\x89PNG"), out
    print(f"{site}: {index['counts']}, rejected: {sorted(reasons)}")


def real_radiographs(place):
    """The demo's four hospitals, by the demo's recipe."""
    for ranks in (1, 2, 3, 4):
        place.run("prepare", "configs/demo/prepare.yaml", "--output", f"open-cxr-{ranks}", ranks=ranks)
        results = tree(place.path / f"open-cxr-{ranks}", RESULTS)
        assert len(results) > 7 and results == tree(place.path / "open-cxr-1", RESULTS), ranks


def one_rank_does_not_see_an_image(place):
    """An image that is missing for one rank alone: which rows are rejected would depend on who looked."""
    wrapper = place.path / "one_rank_blind.sh"
    wrapper.write_text('#!/bin/bash\n[ "$OMPI_COMM_WORLD_RANK" != 1 ] || cd blind || exit 1\nexec "$@"\n')
    wrapper.chmod(0o755)
    source = (place.path / "data/open-cxr/hannover").resolve()
    table = (source / "metadata.csv").read_text()
    names = [line.split(",")[0] for line in table.splitlines()[1:]]
    for folder in (place.path / "site", place.path / "blind/site"):
        (folder / "images").mkdir(parents=True)
        (folder / "metadata.csv").write_text(table)
        for name in names:
            (folder / name).symlink_to(source / name)
    for name in names[32:64]:  # the second shard, which rank 1 makes
        (place.path / "blind/site" / name).unlink()
    (place.path / "blind/configs").symlink_to(place.path / "configs")
    output = place.path / "blind-set"
    arguments = ["prepare", "configs/test/prepare.yaml", "--set", "sites.0.root=site", "--output", output]
    command = place.command(*arguments, ranks=2)
    at = command.index(place.radforge)
    log = place.run_command(command[:at] + [str(wrapper)] + command[at:], expect=4)[1]
    assert "missing for another" in log and "images/" in log, log
    assert not (output / "dataset.json").exists()
    place.run(*arguments, ranks=2)
    place.run("verify", output)


def main():
    with Workplace(*sys.argv[1:3]) as place:
        fixtures = (place.path / "configs").resolve().parent / "tests/golden/data"
        for site in ("mimic-cxr", "chexpert", "nih", "padchest", "vindr-cxr"):
            check_site(place, fixtures, site)
        real_radiographs(place)
        one_rank_does_not_see_an_image(place)


if __name__ == "__main__":
    main()
