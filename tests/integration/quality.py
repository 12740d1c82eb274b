#!/usr/bin/env python3
"""Generated images are checked by networks, made again, and rejected in the end: the same rows at any number of ranks, after any kill."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from radforge_cli import Workplace, tree

RESULTS = (".h5", "dataset.json", "plan.csv", "check_rates.csv")


def models(place):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared", ranks=2)
    data = "data.sources.0.dataset=prepared"
    place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", "--set", data)
    place.run("train", "configs/test/diffusion.yaml", "--output", "diffusion", "--set", data, "--set", "autoencoder=autoencoder/pipeline")
    for label in ("sex", "view"):
        place.run("train", "configs/test/classifier.yaml", "--output", label, "--set", data, "--set", f"target.label={label}",
                  "--set", "target.names=[]", "--set", "predict=[]")


def arguments(place, *networks):
    """Images of noise, checked by networks that hardly know more: many fail."""
    checks = "".join(f"    - {network}\n" for network in networks)
    text = (place.path / "configs/test/generate.yaml").read_text()
    (place.path / "generate.yaml").write_text(f"{text}quality:\n  max_retries: 2\n  networks:\n{checks}")
    return ["generate", "generate.yaml", "--set", "pipeline=diffusion/pipeline", "--set", "sheet.real_dataset=prepared",
            "--set", "cohort.num_images=60", "--set", "cohort.views=[PA, AP]"]


SEX = "{attribute: sex, network: sex}"
VIEW = "{attribute: view, network: view/pipeline, input: {scaling: fixed}}"


def is_checked_alike(place):
    command = arguments(place, SEX, VIEW)
    for ranks in (1, 2, 3, 4):
        _, log = place.run(*command, "--output", f"g{ranks}", ranks=ranks)
        assert "attempt 0: " in log and "attempt 2: " in log and "rows are rejected" in log, log
    want = tree(place.path / "g1", RESULTS)
    for ranks in (2, 3, 4):
        assert tree(place.path / f"g{ranks}", RESULTS) == want
    out, _ = place.run("verify", "g2", "--deep", ranks=2)
    assert "60 rows in 8 shards" in out and "every digest holds" in out, out
    dataset = json.loads((place.path / "g1/dataset.json").read_text())
    assert dataset["schema"]["generation"]["checks"] == ["sex", "view"], dataset["schema"]
    rates = list(csv.DictReader((place.path / "g1/check_rates.csv").open()))
    numbers = {key: sum(int(row[key]) for row in rates) for key in ("planned", "passed_0", "passed_1", "passed_2", "rejected")}
    assert numbers["planned"] == 60 == sum(numbers.values()) - 60, numbers
    assert min(numbers["passed_0"], numbers["passed_1"], numbers["rejected"]) > 0, numbers
    status = dataset["counts"]["status"]
    assert status == {"ok": 60 - numbers["rejected"], "rejected": numbers["rejected"]}, status
    return want


def survives_kill(place, want):
    command = [*arguments(place, SEX, VIEW), "--output", "killed"]
    for _ in range(3):
        run = subprocess.Popen(place.command(*command), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen = len(list((place.path / "killed").glob("shard-*.h5")))
        deadline = time.monotonic() + 60
        while len(list((place.path / "killed").glob("shard-*.h5"))) == seen and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
        run.wait(timeout=10)
    place.run(*command, ranks=2)
    assert tree(place.path / "killed", RESULTS) == want
    shard = place.path / "killed/shard-00002.h5"
    shard.write_bytes(shard.read_bytes()[:-1])
    place.run("repair", "killed", ranks=2)
    assert tree(place.path / "killed", RESULTS) == want


def stops_on_request(place, want):
    """One rank is asked, all stop after the shard that they are at."""
    command = [*arguments(place, SEX, VIEW), "--output", "stopped"]
    run = subprocess.Popen(place.command(*command, ranks=2), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not list((place.path / "stopped").glob("shard-*.h5")) and run.poll() is None:
        time.sleep(0.002)
    children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    os.kill(int(children[-1]), signal.SIGUSR1)
    _, log = run.communicate(timeout=60)
    assert run.returncode == 75 and "stopped on request" in log, (run.returncode, log)
    assert 0 < len(list((place.path / "stopped").glob("shard-*.h5"))) < 8 and not (place.path / "stopped/dataset.json").exists()
    place.run(*command, ranks=3)
    assert tree(place.path / "stopped", RESULTS) == want


def fills_what_is_short(place):
    """A row that fails for good shows other images of its cell; the same at any number of ranks."""
    command = arguments(place, SEX, VIEW)
    command += ["--set", "quality.on_shortage=fill", "--set", "quality.max_spares=4"]
    for ranks in (1, 3):
        place.run(*command, "--output", f"filled{ranks}", ranks=ranks)
    want = tree(place.path / "filled1", RESULTS)
    assert tree(place.path / "filled3", RESULTS) == want
    reported, filled = (json.loads((place.path / name / "dataset.json").read_text())["counts"]["status"] for name in ("g1", "filled1"))
    assert filled.get("rejected", 0) < reported["rejected"], (reported, filled)
    rates = list(csv.DictReader((place.path / "filled1/check_rates.csv").open()))
    assert "passed_14" in rates[0] and "passed_15" not in rates[0], rates[0]
    assert all(int(row["planned"]) == sum(int(row[key]) for key in row if key.startswith("passed_")) + int(row["rejected"]) for row in rates)
    place.run(*command, "--output", "filled1", ranks=2)  # complete: nothing is made again
    shard = place.path / "filled1/shard-00003.h5"
    shard.write_bytes(shard.read_bytes()[:-1])
    (place.path / "filled1/dataset.json").unlink()
    place.run(*command, "--output", "filled1", ranks=2)  # rows of spares are known for what they are
    assert tree(place.path / "filled1", RESULTS) == want


def asks_a_scripted_module(place):
    """A TorchScript module tells the sex: two features of an image of 4 pixels a side, at two heights."""
    scripted = pathlib.Path(sys.argv[2]) / "tests/golden/models/scripted"
    sha256 = dict(reversed(line.split()) for line in (scripted / "SHA256SUMS").read_text().splitlines())["halves.pt"]
    network = f"{{attribute: sex, network: {scripted / 'halves.pt'}, sha256: {sha256}, names: [M, F, X, Y], input: {{size: 4, channels: 1, high: 1}}}}"
    for ranks in (1, 2):
        _, log = place.run(*arguments(place, network), "--output", f"scripted{ranks}", ranks=ranks)
        assert "attempt 0: " in log, log
    assert tree(place.path / "scripted1", RESULTS) == tree(place.path / "scripted2", RESULTS)
    _, log = place.run(*arguments(place, network.replace(sha256, "0" * 64)), "--output", "refused", expect=3)
    assert "SHA-256" in log or "sha256" in log.lower(), log
    _, log = place.run(*arguments(place, network.replace("[M, F, X, Y]", "[M, F]")), "--output", "refused", expect=2)
    assert "has 4 outputs, and names lists 2" in log, log


def refuses(place):
    _, log = place.run(*arguments(place, "{attribute: race, network: sex}"), "--output", "refused", expect=2)
    assert "tells sex, not race" in log and not list((place.path / "refused").glob("shard-*")), log
    _, log = place.run(*arguments(place, "{attribute: sex, network: sex, names: [female, male]}"), "--output", "refused", expect=2)
    assert "the cohort plans M, F of sex" in log, log
    _, log = place.run(*arguments(place, "{attribute: sex, network: nowhere}"), "--output", "refused", expect=2)
    assert "neither architecture nor sha256" in log, log
    # Another network decides otherwise: its rows do not join those in the folder.
    place.run("train", "configs/test/classifier.yaml", "--output", "other", "--set", "data.sources.0.dataset=prepared", "--set",
              "target.label=sex", "--set", "target.names=[]", "--set", "predict=[]", "--set", "seed=9")
    for name in ("pipeline/classifier/model.safetensors", "pipeline/classifier/config.json"):
        (place.path / "sex" / name).write_bytes((place.path / "other" / name).read_bytes())
    _, log = place.run(*arguments(place, SEX, VIEW), "--output", "g1", expect=2)
    assert "other inputs" in log and "sex" in log, log


with Workplace(sys.argv[1], sys.argv[2]) as place:
    models(place)
    want = is_checked_alike(place)
    survives_kill(place, want)
    stops_on_request(place, want)
    fills_what_is_short(place)
    asks_a_scripted_module(place)
    refuses(place)
