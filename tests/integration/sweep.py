#!/usr/bin/env python3
"""Sweeps: the results of each run by hand, at any number of groups and after a kill; failures stop nothing but what waits for them."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from radforge_cli import Workplace, tree

RESULTS = (".safetensors", ".txt", "config.json")  # predictions name the configuration, and that the folder of the pretraining
RUNS = ("finetune-1", "finetune-2", "pretrain-1", "pretrain-2")


def sweep_file(place, name, old="", new="", ranks_per_run=1):
    text = (place.path / "configs/test/sweep.yaml").read_text()
    text = text.replace('set: ["predict=[test]"]', f'ranks_per_run: {ranks_per_run}\nset: ["predict=[test]", data.sources.0.dataset=prepared]')
    assert old in text
    (place.path / name).write_text(text.replace(old, new))
    return name


def results(folder):
    return {run: tree(folder / run / "pipeline", RESULTS) for run in RUNS}


def by_hand(place):
    common = ["--set", "predict=[test]", "--set", "data.sources.0.dataset=prepared"]
    for seed in ("1", "2"):
        place.run("train", "configs/test/classifier.yaml", "--output", f"hand/pretrain-{seed}", *common, "--set", f"seed={seed}",
                  "--set", "target.label=view", ranks=1)
        place.run("train", "configs/test/classifier.yaml", "--output", f"hand/finetune-{seed}", *common, "--set", f"seed={seed}",
                  "--set", f"weights=hand/pretrain-{seed}", "--set", "stages.frozen=1", ranks=1)
    return results(place.path / "hand")


def same_as_by_hand(place, want):
    for ranks in (0, 2, 3):
        out, log = place.run("sweep", sweep_file(place, "sweep.yaml"), "--output", f"sweep{ranks}", ranks=ranks)
        assert results(place.path / f"sweep{ranks}") == want
        assert "4 of 4 runs are done" in log and out.count(" done ") == 4, (out, log)
        # Who waits comes after what it waits for.
        assert log.index("[pretrain-1] done after") < log.index("[finetune-1] done after"), log
    out, log = place.run("sweep", "sweep.yaml", "--output", "sweep2", ranks=2)
    assert log.count("is done already") == 4 and "pretrained" not in log, log
    out, _ = place.run("sweep", "status", "sweep.yaml", "--output", "sweep2")
    assert "pretrain-1  done" in out and "step 12, validation_auroc" in out, out
    _, log = place.run("sweep", sweep_file(place, "pairs.yaml", ranks_per_run=2), "--output", "pairs", ranks=4)
    assert "4 runs, 2 at a time on 2 ranks each" in log, log
    _, log = place.run("sweep", "pairs.yaml", "--output", "odd", ranks=3, expect=2)
    assert "3 ranks make no groups of 2" in log, log


def runs_any_task(place):
    """Trainings, and what evaluates each; the folder says which runs it has."""
    (place.path / "judge.yaml").write_text("task: classification\nmodels:\n  - {name: m, predictions: [none]}\n"
                                           "subgroups: [sex]\nbootstrap: {num_draws: 20, unit: image}\n")
    name = sweep_file(place, "chain.yaml", "  - name: pretrain\n", "  - name: judge\n    config: judge.yaml\n    after: pretrain\n    set: "
                      "[\"models.0.predictions=[{after}/pipeline/predictions.h5]\"]\n  - name: pretrain\n")
    text = (place.path / name).read_text().replace('set: ["predict=[test]", data.sources.0.dataset=prepared]\n', "")
    text = text.replace("config: configs/test/classifier.yaml", "config: trained.yaml")
    (place.path / name).write_text(text)
    trained = (place.path / "configs/test/classifier.yaml").read_text()
    dataset = "dataset: runs/test/prepare"
    assert dataset in trained
    (place.path / "trained.yaml").write_text(trained.replace(dataset, "dataset: prepared") + "predict: [test]\n")
    _, log = place.run("sweep", name, "--output", "chain", ranks=2)
    assert "6 of 6 runs are done" in log, log
    assert log.index("[pretrain-1] done after") < log.index("[judge-1] done after"), log
    assert (place.path / "chain/judge-2/evaluation.json").exists()
    record = json.loads((place.path / "chain/sweep.json").read_text())
    assert record["axes"] == ["seed"] and len(record["runs"]) == 6, record
    assert {"name": "judge-2", "entry": "judge", "task": "classification", "values": {"seed": "2"}} in record["runs"], record
    (place.path / "nested.yaml").write_text(f"task: sweep\nruns:\n  - {{name: inner, config: {name}}}\n")
    _, log = place.run("sweep", "nested.yaml", "--output", "nested", expect=2)
    assert "run inner: task 'sweep' cannot be a run of a sweep" in log, log


def is_judged(place):
    """The classifiers of a sweep, by what they have said and by what they are shown; seeds are an arm."""
    config = """task: classification
sweep: {folder: sweep2, entries: [finetune]}
subgroups: [sex]
bootstrap: {num_draws: 50, unit: image}
training_sites: [hannover]
"""
    (place.path / "arms.yaml").write_text(config)
    (place.path / "shown.yaml").write_text(config + "images: [{dataset: prepared, split: validation}, {dataset: prepared, split: test}]\n")
    for name in ("arms", "shown"):
        for ranks in (0, 3):
            place.run("evaluate", f"{name}.yaml", "--output", f"{name}{ranks}", ranks=ranks)
        assert tree(place.path / f"{name}0", (".csv", "evaluation.json")) == tree(place.path / f"{name}3", (".csv", "evaluation.json"))
        with (place.path / f"{name}0/metrics.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["subgroup"] == "all" and row["metric"] == "brier" and row["site"] == "hannover"]
        values = {row["model"]: row for row in rows}
        assert set(values) == {"finetune", "finetune-1", "finetune-2"}, values
        arm, first, second = (float(values[model]["value"]) for model in ("finetune", "finetune-1", "finetune-2"))
        assert abs(arm - (first + second) / 2) < 1e-12 and values["finetune"]["num_seeds"] == "2", values
        assert abs(float(values["finetune"]["seed_deviation"]) - abs(first - second) / 2**0.5) < 1e-12, values
        with (place.path / f"{name}0/arms.csv").open(newline="") as file:
            arms = list(csv.DictReader(file))
        assert {row["arm"] for row in arms} == {"finetune"} and {row["domain"] for row in arms if row["site"] == "hannover"} == {"in-distribution"}, arms[0]
    for change, code, words in (("sweep.entries=[finetine]", 2, "there are finetune, pretrain"),
                                ("sweep.folder=prepared", 3, "has no sweep.json"),
                                ("sweep.seed_axis=sed", 2, "has no axis 'sed' (there are seed)"),
                                ("models.0.name=finetune", 2, "have the name 'finetune'")):
        (place.path / "refused.yaml").write_text(config + "models: [{name: other, predictions: [x.csv]}]\n")
        _, log = place.run("evaluate", "refused.yaml", "--output", "refused", "--set", change, expect=code)
        assert words in log, (change, log)
    (place.path / "sweep2/finetune-2/pipeline/predictions.h5").rename(place.path / "kept.h5")
    _, log = place.run("evaluate", "arms.yaml", "--output", "refused", expect=3)
    assert "finetune-2/pipeline/predictions.h5 is not there" in log, log
    (place.path / "kept.h5").rename(place.path / "sweep2/finetune-2/pipeline/predictions.h5")


def survives_kill(place, want):
    milestones = ("pretrain-1/metrics.jsonl", "finetune-1/config.yaml", "finetune-2/checkpoints/step-8")
    for milestone in milestones:
        run = subprocess.Popen(place.command("sweep", "sweep.yaml", "--output", "killed", ranks=2), cwd=place.path,
                               env=dict(os.environ, OMP_NUM_THREADS="1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
        deadline = time.monotonic() + 60
        while not (place.path / "killed" / milestone).exists() and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait(timeout=10)
        time.sleep(0.5)
    place.run("sweep", "sweep.yaml", "--output", "killed", ranks=2)
    assert results(place.path / "killed") == want


def stops_on_request(place):
    run = subprocess.Popen(place.command("sweep", "sweep.yaml", "--output", "stopped", ranks=2), cwd=place.path,
                           env=dict(os.environ, OMP_NUM_THREADS="1"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (place.path / "stopped/pretrain-1/metrics.jsonl").exists():
        time.sleep(0.002)
    children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGUSR1)
    _, log = run.communicate(timeout=60)
    assert run.returncode == 75 and "The same command continues" in log, (run.returncode, log)
    place.run("sweep", "sweep.yaml", "--output", "stopped", ranks=2)


def failures_stay_apart(place):
    name = sweep_file(place, "failing.yaml", "      - name: 2\n", "      - name: 2\n        set: [\"data.sources.0.sites=[nowhere]\"]\n")
    _, log = place.run("sweep", name, "--output", "failing", ranks=2, expect=3)
    assert "2 of 4 runs are done" in log and "pretrain-2 failed: exit code 3" in log, log
    assert "finetune-2 skipped: pretrain-2 has failed" in log, log
    out, _ = place.run("sweep", "status", name, "--output", "failing")
    assert "failed (3)" in out and out.count(" done ") == 2 and "open" in out, out
    # A mistake in any run is told before one begins.
    name = sweep_file(place, "wrong.yaml", "target.label=view", "target.lable=view")
    _, log = place.run("sweep", name, "--output", "wrong", ranks=2, expect=2)
    assert "run pretrain-1" in log and "lable" in log and not (place.path / "wrong/pretrain-1").exists(), log


def array_tasks(place, want):
    for task in ("1/2", "2/2"):
        _, log = place.run("sweep", "sweep.yaml", "--output", "array", "--array-task", task)
        assert "2 of 2 runs are done" in log, log
    assert results(place.path / "array") == want
    _, log = place.run("sweep", "sweep.yaml", "--output", "array", "--array-task", "3/2", expect=2)
    assert "--array-task 3/2" in log, log


with Workplace(sys.argv[1], sys.argv[2]) as place:
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared", ranks=2)
    want = by_hand(place)
    same_as_by_hand(place, want)
    is_judged(place)
    runs_any_task(place)
    survives_kill(place, want)
    stops_on_request(place)
    failures_stay_apart(place)
    array_tasks(place, want)
