#!/usr/bin/env python3
"""Latents and text states: made at any number of ranks and after a kill to the same bytes, and trained on as images are."""

import json
import signal
import subprocess
import sys
import time

from radforge_cli import Workplace, tree

RESULTS = (".h5", "dataset.json")
LATENTS = ["prepare", "configs/test/latents.yaml", "--set", "dataset=images", "--set", "pipeline=start/pipeline",
           "--set", "autoencoder=vae/pipeline", "--set", "text_encoder=true"]


def losses(folder):
    return [json.loads(line)["loss"] for line in (folder / "metrics.jsonl").read_text().splitlines()]


def train(*more):
    return ["train", "configs/test/diffusion.yaml", "--set", "autoencoder=vae/pipeline", "--set", "pipeline=start/pipeline",
            "--set", "train.steps=6", *more]


def on(dataset):
    return "--set", f"data.sources.0.dataset={dataset}"


def make_inputs(place):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "images", ranks=2)
    for name, seed in (("vae", 1), ("other-vae", 2)):
        place.run("train", "configs/test/autoencoder.yaml", "--output", name, *on("images"), "--set", f"seed={seed}",
                  "--set", "train.steps=2", ranks=2)
    place.run("train", "configs/test/diffusion.yaml", "--output", "start", *on("images"), "--set", "autoencoder=vae/pipeline",
              "--set", "train.steps=2", ranks=2)


def same_at_every_number_of_ranks(place):
    for ranks in (1, 2):
        place.run(*LATENTS, "--output", f"latents{ranks}", ranks=ranks)
    one, two = (tree(place.path / f"latents{ranks}", RESULTS) for ranks in (1, 2))
    assert one == two and any(name.startswith("text_states/shard-") for name in one), one.keys()
    out, _ = place.run("verify", "latents1", "--deep", ranks=2)
    assert "every digest holds" in out, out
    schema = json.loads((place.path / "latents1/dataset.json").read_text())["schema"]
    assert (schema["kind"], schema["type"], schema["image_height"], schema["height"]) == ("latents", "float32", 32, 8), schema
    before = {path: path.stat().st_mtime_ns for path in (place.path / "latents1").rglob("*.h5")}
    _, log = place.run(*LATENTS, "--output", "latents1")
    assert "nothing to do" in log, log
    assert before == {path: path.stat().st_mtime_ns for path in (place.path / "latents1").rglob("*.h5")}


def survives_kill(place):
    """kill -9 at the beginning, among the text states and among the latents: what is published is right, and the same command completes the set."""
    arguments = [*LATENTS, "--set", "rows_per_shard=2", "--output"]
    place.run(*arguments, "small-shards")
    finished = tree(place.path / "small-shards", RESULTS)
    killed = 0
    for milestone in ("config.yaml", "text_states/shard-00001.h5", "shard-00000.h5", "shard-00004.h5"):
        run = subprocess.Popen(place.command(*arguments, "killed"), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (place.path / "killed" / milestone).exists() and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        run.kill()
        killed += run.wait(timeout=10) == -signal.SIGKILL
        for name, content in tree(place.path / "killed", RESULTS).items():
            assert content == finished[name], name
    assert killed > 1, f"{killed} of 4 runs were killed"
    place.run(*arguments, "killed", ranks=2)
    assert finished == tree(place.path / "killed", RESULTS)
    leftovers = [path for path in (place.path / "killed").rglob("*") if ".partial-" in path.name or ".tmp-" in path.name]
    assert not leftovers, leftovers


def damage_is_found_and_repaired(place):
    finished = tree(place.path / "latents1", RESULTS)
    for name in ("shard-00001.h5", "text_states/shard-00000.h5"):
        path = place.path / "latents2" / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    _, log = place.run("verify", "latents2", expect=3)
    assert "latents2/shard-00001.h5" in log and "text_states/shard-00000.h5" in log, log
    place.run("repair", "latents2", ranks=2)
    assert finished == tree(place.path / "latents2", RESULTS)


def trains_as_on_images(place):
    """The same losses whether images are encoded or latents read, with the text encoder learning and frozen."""
    for learns in ("true", "false"):
        course = {}
        for data in ("images", "latents1"):
            folder = f"run-{data}-{learns}"
            _, log = place.run(*train(*on(data), "--set", f"parts.text_encoder.train={learns}"), "--output", folder, ranks=2)
            assert ("are not used: the text encoder learns" in log) == (data == "latents1" and learns == "true"), log
            course[data] = losses(place.path / folder)
        assert len(course["images"]) == 6 and course["images"] == course["latents1"], course
    place.run(*train(*on("latents1"), "--set", "kept_mb=0"), "--output", "run-kept-nothing")
    place.run(*train(*on("images"), "--set", "kept_mb=0"), "--output", "run-kept-nothing-images")
    assert losses(place.path / "run-kept-nothing") == losses(place.path / "run-kept-nothing-images")


def what_does_not_fit_is_refused(place):
    digest = json.loads((place.path / "latents1/dataset.json").read_text())["schema"]["model_digest"]
    _, log = place.run(*train(*on("latents1"), "--set", "autoencoder=other-vae/pipeline"), "--output", "refused", ranks=2, expect=2)
    assert "another autoencoder" in log and digest in log, log
    _, log = place.run(*train(*on("latents1"), "--set", "data.augmentation.max_shift=0.1"), "--output", "refused", expect=2)
    assert "data.augmentation is set" in log and "latents" in log, log
    mixed = (place.path / "configs/test/diffusion.yaml").read_text().replace(
        "    - dataset: runs/test/prepare\n", "    - dataset: images\n    - dataset: latents1\n")
    (place.path / "mixed.yaml").write_text(mixed)
    _, log = place.run("train", "mixed.yaml", "--set", "autoencoder=vae/pipeline", "--output", "refused", expect=2)
    assert "holds images and" in log, log
    _, log = place.run("train", "configs/test/autoencoder.yaml", *on("latents1"), "--output", "refused", expect=2)
    assert "the data hold latents" in log, log
    _, log = place.run("generate", "configs/test/generate.yaml", "--set", "pipeline=start/pipeline", "--set", "sheet.real_dataset=latents1",
                       "--output", "refused-generate", expect=3)
    assert "holds latents, not images" in log and not list((place.path / "refused-generate").glob("shard-*")), log
    _, log = place.run(*LATENTS, "--set", "dataset=latents1", "--output", "refused-latents", expect=3)
    assert "holds latents, not images" in log, log
    # Another autoencoder's latents do not join those in a folder.
    (place.path / "copy").symlink_to(place.path / "vae")
    arguments = ["prepare", "configs/test/latents.yaml", "--set", "dataset=images", "--set", "autoencoder=copy/pipeline", "--output", "by-copy"]
    place.run(*arguments)
    (place.path / "copy").unlink()
    (place.path / "copy").symlink_to(place.path / "other-vae")
    _, log = place.run(*arguments, expect=2)
    assert "other inputs" in log and "autoencoder" in log, log


def is_shown(place):
    schema = json.loads((place.path / "latents1/dataset.json").read_text())["schema"]
    out, _ = place.run("inspect", "latents1")
    assert "latents   8 x 8" in out and "images of 32 x 32, 1 channels" in out and schema["model_digest"] in out, out
    assert "text_states: data set" in out and "text encoder of digest" in out, out
    assert not (place.path / "latents1/samples.png").exists()
    out, _ = place.run("plan", "configs/test/diffusion.yaml", *on("latents1"), "--set", "autoencoder=vae/pipeline")
    assert "latents already" in out and "vae, encoder" not in out, out
    out, _ = place.run("config", "configs/test/latents.yaml")
    assert "values: fp32" in out, out


def main():
    with Workplace(*sys.argv[1:3]) as place:
        make_inputs(place)
        same_at_every_number_of_ranks(place)
        trains_as_on_images(place)
        is_shown(place)
        survives_kill(place)
        damage_is_found_and_repaired(place)
        what_does_not_fit_is_refused(place)


if __name__ == "__main__":
    main()
