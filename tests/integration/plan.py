#!/usr/bin/env python3
"""`radforge plan` of training runs: what it knows before the data are there, with them, and with an autoencoder."""

import json
import sys

from radforge_cli import Workplace


def line_of(text, head):
    return next(line for line in text.splitlines() if line.strip().startswith(head))


def on_a_cluster(place, arguments):
    """A training on a machine of many nodes: as a table, as JSON, and at the rate that a run had."""
    cluster = ["--cluster", "configs/clusters/juwels-booster.yaml"]
    text, _ = place.run(*arguments, *cluster)
    assert "JUWELS Booster: 936 nodes of 4 ranks; a rank computes at 87.5 TFLOP/s (the file's sustained_tflops)" in text, text
    rows = [line.split() for line in text.splitlines() if line.split()[:1] == ["3744"]]
    assert len(rows) == 1 and "(more nodes than a job may have)" in text, text
    said = json.loads(place.run(*arguments, *cluster, "--json")[0])
    assert [row["ranks"] for row in said["growing_batch"]] == [4, 8, 16, 32, 64, 128, 256, 512, 1024, 1536, 2048, 3744], said
    assert all(0 < row["efficiency"] <= 1 and 0 < row["useful"] < 1 and row["exposed_s"] <= row["messages_s"] for row in said["growing_batch"])
    assert all(row["ranks"] * row["images_each"] == 12 for row in said["fixed_batch"]), said

    # The rate of a run: its seconds of forward and backward come out for as many images.
    place.run("train", "configs/test/autoencoder.yaml", "--output", "rated", "--set", "data.sources.0.dataset=prepared", "--set", "train.steps=40",
              "--set", "train.log_every_steps=10")
    lines = [json.loads(line) for line in (place.path / "rated/timing.jsonl").read_text().splitlines()]
    (place.path / "one.yaml").write_text("task: cluster\nname: one\n")
    measured = json.loads(place.run("plan", "rated/config.yaml", "--cluster", "one.yaml", "--measured", "rated", "--json")[0])
    expected = sorted(line["compute_s"] for line in lines[1:])
    assert expected[0] * 0.999 <= measured["fixed_batch"][0]["compute_s"] <= expected[-1] * 1.001, (measured, expected)

    for parts, *wrong in ((["--cluster goes with a training"], "plan", "configs/generate/roentgen-565k.yaml", *cluster),
                          (["--measured goes with --cluster"], *arguments, "--measured", "rated"),
                          (["--cluster is an option of plan"], "train", "configs/test/diffusion.yaml", *cluster),
                          (["--json goes with --cluster"], *arguments, "--json"),
                          (["12 images", "train.batch_size=N"], *arguments, "--cluster", "odd.yaml"),
                          (["nodes is 0", "bad.yaml:3"], *arguments, "--cluster", "bad.yaml")):
        (place.path / "odd.yaml").write_text("task: cluster\nname: odd\nranks_per_node: 5\n")
        (place.path / "bad.yaml").write_text("task: cluster\nname: bad\nnodes: 0\n")
        _, log = place.run(*wrong, expect=2)
        assert all(part in log for part in parts), (parts, log)
    _, log = place.run(*arguments, *cluster, "--measured", "prepared", expect=3)
    assert "timing.jsonl cannot be read" in log or "is no training" in log, log


def main(radforge, source):
    with Workplace(radforge, source) as place:
        before, _ = place.run("plan", "configs/test/diffusion.yaml")
        assert "the data set is not there yet" in before and "vae, encoder" not in before, before
        assert "GPU hours, on an A100 at 40 %" in before and "fp32 matrix products measured on 1 threads" in before, before

        place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
        data = ["--set", "data.sources.0.dataset=prepared"]
        place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", *data)
        arguments = ["plan", "configs/test/diffusion.yaml", *data, "--set", "autoencoder=autoencoder/pipeline", "--set", "train.steps=1000"]
        text, _ = place.run(*arguments)
        index = json.loads((place.path / "prepared/dataset.json").read_text())
        num_images = index["counts"]["split"]["train"]
        steps = line_of(text, "steps").split()
        assert steps[1] == "1000" and text.count(f" epochs of {num_images}\n") == 1, (steps, num_images)
        assert abs(float(steps[-4]) - int(steps[5]) / num_images) <= 0.05, steps
        assert "once an image" in line_of(text, "vae, encoder"), text

        # Augmented images are other ones each time, so each is encoded each time.
        augmented, _ = place.run(*arguments, "--set", "data.augmentation.max_shift=0.1")
        assert "once an image" not in augmented, augmented
        sharded = [float(line.split()[3]) for line in text.splitlines()[-3:]]
        assert sharded == sorted(sharded, reverse=True) and sharded[0] > sharded[-1], text

        on_a_cluster(place, arguments)

        # The arithmetic of Stable Diffusion 2.1-base at 512 px, 76 evaluations of both halves: 124.85 TFLOP an image.
        text, _ = place.run("plan", "configs/generate/roentgen-565k.yaml")
        assert "565000 images of 448 combinations, 1261 to 1262 of each" in text, text
        assert "125 TFLOP an image: 152 evaluations" in text and "70.5 EFLOP in all" in text and "4415 shards of 128" in text, text
        # A training whose pipeline is yet to be fetched is counted with the same models.
        text, _ = place.run("plan", "configs/train/roentgen-v2.yaml")
        assert "counted with the models of Stable Diffusion 2.1-base" in text and "3.66 TFLOP an image" in text and "83653863 frozen ones in bf16" in text, text
        fewer, _ = place.run("plan", "configs/generate/roentgen-565k.yaml", "--set", "sampler.guidance_interval.highest=0.5")
        assert "115 evaluations" in fewer, fewer  # 39 of the 76 timesteps are at most 500


main(*sys.argv[1:])
