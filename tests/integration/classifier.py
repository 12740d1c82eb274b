#!/usr/bin/env python3
"""Classifiers: the same at any number of ranks and after a kill; chains of them; labels and patients that do not fit are refused."""

import json
import os
import signal
import subprocess
import sys
import time

from radforge_cli import Workplace, tree

RESULTS = (".safetensors", ".h5", ".txt", "config.json")


def settings(*values):
    return [word for value in ("data.sources.0.dataset=prepared", *values) for word in ("--set", value)]


def train(place, output, *values, ranks=2, expect=0):
    return place.run("train", "configs/test/classifier.yaml", "--output", output, *settings(*values), ranks=ranks, expect=expect)


def metrics(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def make_inputs(place):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared", ranks=2)
    place.run("prepare", "configs/test/prepare.yaml", "--output", "other-split", "--set", "seed=2", ranks=2)
    for name, findings in (("two-findings", "[No_Finding, Pneumonia]"), ("one-finding", "[Pneumonia]")):
        place.run("prepare", "configs/test/prepare.yaml", "--output", name, "--set", "sites.0.name=guangzhou",
                  "--set", "sites.0.root=data/open-cxr/guangzhou", "--set", f"findings={findings}", ranks=2)


def same_at_every_number_of_ranks(place):
    for ranks in (1, 2, 3):
        train(place, f"ranks{ranks}", "train.micro_batch_size=2", ranks=ranks)
    one = metrics(place.path / "ranks1")
    assert "validation_auroc" in one[-1] and "validation_accuracy" in one[-1], one[-1]
    for ranks in (2, 3):
        for left, right in zip(one, metrics(place.path / f"ranks{ranks}"), strict=True):
            for name, value in left.items():
                assert abs(value - right[name]) <= 1e-5 * max(1, abs(value)), (ranks, name, value, right[name])

    for ranks in (1, 3):
        train(place, f"canonical{ranks}", "train.micro_batch_size=0", "train.reduction=canonical", "train.virtual_shards=3", ranks=ranks)
    left, right = (tree(place.path / f"canonical{ranks}/pipeline", RESULTS) for ranks in (1, 3))
    assert left == right and "predictions.h5" in left, left.keys()


def survives_kill(place):
    train(place, "undisturbed")
    want = tree(place.path / "undisturbed/pipeline", RESULTS)
    killed = 0
    for milestone in ("metrics.jsonl", "checkpoints/step-4", "checkpoints/step-12", "pipeline"):
        command = place.command("train", "configs/test/classifier.yaml", "--output", "killed", *settings(), ranks=2)
        run = subprocess.Popen(command, cwd=place.path, env=dict(os.environ, OMP_NUM_THREADS="1"), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 60
        while not (place.path / "killed" / milestone).exists() and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        os.killpg(run.pid, signal.SIGKILL)
        killed += run.wait(timeout=10) == -signal.SIGKILL
        time.sleep(0.5)
    assert killed > 1, f"{killed} of 4 runs were killed"
    train(place, "killed")
    assert want == tree(place.path / "killed/pipeline", RESULTS)
    assert (place.path / "killed/metrics.jsonl").read_bytes() == (place.path / "undisturbed/metrics.jsonl").read_bytes()
    _, log = train(place, "killed")
    assert "is trained already" in log, log


def chains(place):
    """Pretrain, then fine-tune: weights and patients go along."""
    train(place, "pretrained", "target.label=view", "data.sources.0.max_images=20")
    _, log = train(place, "finetuned", "weights=pretrained", "stages.frozen=1", "stages.learning_rate_decay=0.5",
                   "data.sources.0.subset=3", "data.sources.0.max_images=20", "predict=[test]")
    assert "the head begins anew" in log, log
    patients = [set((place.path / name / "pipeline/training_patients.txt").read_text().splitlines()) for name in ("pretrained", "finetuned")]
    assert patients[0] < patients[1], (len(patients[0]), len(patients[1]))
    _, log = train(place, "again", "weights=undisturbed", "predict=[test]")
    assert "begins anew" not in log, log


def stops_early(place):
    _, log = train(place, "early", "train.steps=200", "early_stopping.metric=validation_auroc", "early_stopping.patience=2",
                   "optimizer.learning_rate=0", "predict=[]")
    assert "was best after step 3" in log, log
    assert metrics(place.path / "early")[-1]["step"] == 9
    _, log = train(place, "unmeasured", "early_stopping.metric=auroc", expect=2)
    assert "there are validation_loss, validation_accuracy, validation_auroc" in log, log


def refuses_leaks(place):
    config = place.path / "two.yaml"
    text = (place.path / "configs/test/classifier.yaml").read_text()
    config.write_text(text.replace("    - dataset: runs/test/prepare\n", "    - dataset: prepared\n")
                      .replace("target:", "    - dataset: other-split\n      weight: 0\n      sexes: [M, F]\ntarget:", 1))
    _, log = place.run("train", "two.yaml", "--output", "leak", ranks=2, expect=3)
    assert "other-split" in log and "took part in the training" in log and not (place.path / "leak/pipeline").exists(), log
    _, log = place.run("train", "two.yaml", "--output", "leak", "--set", "allow_patient_overlap=[other-split]", ranks=2)
    assert "Allowed by allow_patient_overlap" in log, log
    # Also what a model to start from has seen counts.
    _, log = train(place, "leak-of-weights", "weights=leak", "data.sources.0.dataset=other-split", expect=3)
    assert "took part in the training" in log, log


def findings_that_differ(place):
    config = place.path / "findings.yaml"
    text = (place.path / "configs/test/classifier.yaml").read_text()
    config.write_text(text.replace("    - dataset: runs/test/prepare\n      sexes: [M, F]\n", "    - dataset: two-findings\n    - dataset: one-finding\n")
                      .replace("label: sex", "label: findings"))
    _, log = place.run("train", "findings.yaml", "--output", "differ", ranks=2, expect=2)
    assert "do not have the same findings" in log, log
    for policy in ("intersection", "union"):
        _, log = place.run("train", "findings.yaml", "--output", policy, "--set", f"data.findings={policy}", ranks=2)
        assert "the sources differ in their findings" in log, log
    assert ("unknown in one-finding: No_Finding" in log) and "validation_auroc_No_Finding" in metrics(place.path / "union")[-1], log


with Workplace(sys.argv[1], sys.argv[2]) as place:
    make_inputs(place)
    findings_that_differ(place)
    same_at_every_number_of_ranks(place)
    survives_kill(place)
    chains(place)
    stops_early(place)
    refuses_leaks(place)
