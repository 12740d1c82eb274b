#!/usr/bin/env python3
"""The whole job at 1, 2, 3 and 4 ranks: prepare, train twice, generate, verify; what must be equal is."""

import json
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

from radforge_cli import Workplace, tree


def losses(folder):
    return [json.loads(line)["loss"] for line in (folder / "metrics.jsonl").read_text().splitlines()]


def same_course(one, other):
    assert len(one) == len(other) > 0, (one, other)
    for a, b in zip(one, other):
        assert abs(a - b) <= 1e-5 * abs(a), (one, other)


def at_every_number_of_ranks(place):
    for ranks in (1, 2, 3, 4):
        base = place.path / f"r{ranks}"
        place.run("prepare", "configs/test/prepare.yaml", "--output", base / "prepare", ranks=ranks)
        data = f"data.sources.0.dataset={base / 'prepare'}"
        place.run("train", "configs/test/autoencoder.yaml", "--output", base / "autoencoder", "--set", data, ranks=ranks)
        place.run("train", "configs/test/diffusion.yaml", "--output", base / "diffusion", "--set", data,
                  "--set", f"autoencoder={base / 'autoencoder/pipeline'}", ranks=ranks)
        place.run("generate", "configs/test/generate.yaml", "--output", base / "generate",
                  "--set", f"pipeline={base / 'diffusion/pipeline'}", "--set", f"sheet.real_dataset={base / 'prepare'}", ranks=ranks)
        out, _ = place.run("verify", base / "generate", ranks=ranks)
        assert "20 rows in 3 shards" in out and "every digest holds" in out, out
        assert (base / "generate/contact_sheet.png").read_bytes().startswith(b"\x89PNG")
        # The images know the patients of the models that made them.
        known = [set((base / name / "training_patients.txt").read_text().splitlines())
                 for name in ("autoencoder/pipeline", "diffusion/pipeline", "generate")]
        assert known[0] <= known[1] == known[2] and len(known[0]) > 10, [len(patients) for patients in known]

    one = place.path / "r1"
    for ranks in (2, 3, 4):
        other = place.path / f"r{ranks}"
        shards = tree(one / "prepare", (".h5", "dataset.json", "rejected.csv"))
        assert len(shards) > 4 and shards == tree(other / "prepare", (".h5", "dataset.json", "rejected.csv"))
        same_course(losses(one / "autoencoder"), losses(other / "autoencoder"))
        same_course(losses(one / "diffusion"), losses(other / "diffusion"))


def generation_does_not_depend_on_ranks(place):
    for ranks in (1, 2, 3, 4):
        place.run("generate", "configs/test/generate.yaml", "--output", f"g{ranks}", "--set", "pipeline=r1/diffusion/pipeline",
                  "--set", "sheet.real_dataset=r1/prepare", ranks=ranks)
    results = (".h5", "dataset.json", "plan.csv", ".png")
    first = tree(place.path / "g1", results)
    assert len(first) == 7, first.keys()
    for ranks in (2, 3, 4):
        other = tree(place.path / f"g{ranks}", results)
        assert first == other, [name for name in first if first[name] != other.get(name)]


def truncated_prompts_are_counted(place):
    """Once, by the first rank, in training and in generation; not where all prompts fit."""
    template = "prompt='{age} year old {sex}. " + "No acute cardiopulmonary process. " * 8 + "'"
    place.run("prepare", "configs/test/prepare.yaml", "--output", "long/prepare", "--set", template)
    train = ["train", "configs/test/diffusion.yaml", "--set", "data.sources.0.dataset=long/prepare", "--set",
             "autoencoder=r1/autoencoder/pipeline", "--set", "train.steps=1"]
    _, log = place.run(*train, "--output", "long/short", ranks=2)
    found = re.findall(r"warning (\d+) of (\d+) prompts lose their end .*24 tokens.* The first begins '(.*female\. No acute .*)'", log)
    assert len(found) == 1 and found[0][0] == found[0][1] != "0", log
    _, log = place.run(*train, "--output", "long/enough", "--set", "text_encoder.max_position_embeddings=400")
    assert "lose their end" not in log, log
    generate = ["generate", "configs/test/generate.yaml", "--set", "sheet.real_dataset=r1/prepare", "--set", template]
    _, log = place.run(*generate, "--output", "long/g-short", "--set", "pipeline=long/short/pipeline", ranks=2)
    assert len(re.findall(r"warning \d+ of \d+ prompts lose their end", log)) == 1, log
    _, log = place.run(*generate, "--output", "long/g-enough", "--set", "pipeline=long/enough/pipeline")
    assert "lose their end" not in log, log


def kill_in_mid_training(place, *arguments):
    """kill -9 once there is a checkpoint."""
    run = subprocess.Popen(place.command(*arguments), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (place.path / arguments[-1] / "checkpoints/step-8").exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    assert run.wait(timeout=10) == -signal.SIGKILL, "the run ended before it could be killed"


def prepare_survives_kill(place):
    """Killed at any moment: what is published is right, and the same command completes the set."""
    finished = tree(place.path / "r1/prepare", (".h5", "dataset.json", "rejected.csv"))
    arguments = ["prepare", "configs/test/prepare.yaml", "--output", "killed-prepare"]
    killed = 0
    for attempt in range(12):
        run = subprocess.Popen(place.command(*arguments), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            run.wait(timeout=0.03 * (attempt + 1))
        except subprocess.TimeoutExpired:
            run.kill()
        killed += run.wait(timeout=10) == -signal.SIGKILL
        for name, content in tree(place.path / "killed-prepare", (".h5", "dataset.json")).items():
            assert name.startswith("claims/") or content == finished[name], name
    assert killed > 0, "no run was killed"
    place.run(*arguments)
    assert finished == tree(place.path / "killed-prepare", (".h5", "dataset.json", "rejected.csv"))
    assert not (place.path / "killed-prepare/claims").exists()


def generation_survives_full_disk(place):
    """Exit 4, no shard published; with room again the same command completes the set."""

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))

    arguments = ["generate", "configs/test/generate.yaml", "--set", "pipeline=r1/diffusion/pipeline", "--set",
                 "sheet.real_dataset=r1/prepare", "--output", "full"]
    _, log = place.run(*arguments, expect=4, preexec_fn=limited)
    assert "shard-" in log, log
    assert not list((place.path / "full").glob("shard-*.h5")), list((place.path / "full").iterdir())
    place.run(*arguments)
    assert tree(place.path / "g1", (".h5", "dataset.json")) == tree(place.path / "full", (".h5", "dataset.json"))


def jobs_join(place):
    """Two jobs on one folder share its shards; whoever is left finishes; another plan is refused while the folder is in use."""
    arguments = ["generate", "configs/test/generate.yaml", "--set", "pipeline=r1/diffusion/pipeline", "--set",
                 "sheet.real_dataset=r1/prepare", "--set", "cohort.num_images=400", "--set", "sampler.steps=8", "--output"]
    place.run(*arguments, "alone")
    want = tree(place.path / "alone", (".h5", "dataset.json", "plan.csv", ".png"))
    for folder in ("shared", "bereft"):
        first = subprocess.Popen(place.command(*arguments, folder), cwd=place.path, stderr=subprocess.PIPE, text=True)
        while not list((place.path / folder).glob("shard-*.h5")) and first.poll() is None:
            time.sleep(0.002)
        second = subprocess.Popen(place.command(*arguments, folder, ranks=2), cwd=place.path, stderr=subprocess.PIPE, text=True)
        assert any("this run joins it" in line for line in second.stderr)
        if folder == "shared":
            place.run(*arguments, folder, "--set", "seed=2", expect=73)
        else:
            first.kill()
        _, log = second.communicate(timeout=120)
        assert second.returncode == 0, log
        assert first.wait(timeout=120) == (0 if folder == "shared" else -signal.SIGKILL)
        assert tree(place.path / folder, (".h5", "dataset.json", "plan.csv", ".png")) == want


def manifests(folder):
    """Of the checkpoints, without what says which start of the run wrote them."""
    found = {}
    for path in sorted((folder / "checkpoints").glob("step-*/manifest.json")):
        manifest = json.loads(path.read_text())
        assert manifest.pop("epoch") >= 1 and len(manifest.pop("xxh3_128")) == 32, path
        found[path.parent.name] = manifest
    assert found
    return found


def resumes_with_changes(place):
    """What does not change the numbers may change; the rest by permission alone. A step may be named."""
    arguments = ["train", "configs/test/autoencoder.yaml", "--set", "data.sources.0.dataset=r1/prepare", "--set", "checkpoint.every_steps=4",
                 "--set", "optimizer.schedule=constant", "--output", "changed"]
    place.run(*arguments, "--set", "train.steps=8")
    more = [*arguments, "--set", "train.steps=12"]
    _, log = place.run(*more, "--set", "optimizer.learning_rate=0.007", ranks=2, expect=2)
    assert "optimizer.learning_rate" in log and "-> 0.007" in log and "--allow-change" in log, log
    _, log = place.run(*more, ranks=2)
    assert "train.steps: 8 -> 12" in log and "continuing from step 8" in log and "written by 1 ranks, here are 2" in log, log
    assert len(list((place.path / "changed").glob("pipeline.former-*"))) == 1, list((place.path / "changed").iterdir())
    _, log = place.run(*more, "--resume", "step=4", expect=3)
    assert "no checkpoint of step 4" in log and "12, 8" in log, log
    _, log = place.run(*more, "--resume", "step=8", "--set", "optimizer.learning_rate=0.007", "--allow-change")
    assert "continuing from step 8" in log and "another configuration" in log, log
    assert "step-12" == (place.path / "changed/checkpoints/latest").read_text().strip()
    damaged = place.path / "changed/checkpoints/step-12/state.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    again = [*more, "--set", "optimizer.learning_rate=0.007"]
    _, log = place.run(*again, "--resume", "step=12", ranks=3, expect=3)
    assert "state.safetensors is damaged" in log, log
    _, log = place.run(*again, "--allow-change", ranks=3)
    assert "the checkpoint of step 12 is passed over" in log and "continuing from step 8" in log, log


def survives_kill(place):
    """The same command ends as if nothing had been; on another number of ranks, it follows the same course."""
    arguments = ["train", "configs/test/diffusion.yaml", "--set", "data.sources.0.dataset=r1/prepare", "--set", "autoencoder=r1/autoencoder/pipeline",
                 "--set", "train.steps=60", "--output"]
    place.run(*arguments, "undisturbed")
    for folder, ranks in (("killed", 0), ("killed-and-spread", 3)):
        kill_in_mid_training(place, *arguments, folder)
        _, log = place.run(*arguments, folder, ranks=ranks)
        assert "continuing from step" in log, log
    suffixes = (".safetensors", ".json", ".txt")
    assert tree(place.path / "undisturbed/pipeline", suffixes) == tree(place.path / "killed/pipeline", suffixes)
    sets = [tree(place.path / folder / "checkpoints", (".safetensors",)) for folder in ("undisturbed", "killed")]
    assert len(sets[0]) == 4 and sets[0] == sets[1], sets[0].keys()
    assert manifests(place.path / "undisturbed") == manifests(place.path / "killed")
    assert (place.path / "undisturbed/metrics.jsonl").read_bytes() == (place.path / "killed/metrics.jsonl").read_bytes()
    # Rounding grows with the steps: the first twelve are compared closely elsewhere.
    for a, b in zip(losses(place.path / "undisturbed"), losses(place.path / "killed-and-spread"), strict=True):
        assert abs(a - b) <= 1e-3 * abs(a), (a, b)


def finished_work_is_not_done_again(place):
    before = tree(place.path / "g1", (".h5",))
    times = {path.name: path.stat().st_mtime_ns for path in (place.path / "g1").glob("shard-*.h5")}
    (place.path / "g1/shard-00001.h5").unlink()
    place.run("generate", "configs/test/generate.yaml", "--output", "g1", "--set", "pipeline=r1/diffusion/pipeline",
              "--set", "sheet.real_dataset=r1/prepare")
    assert before == tree(place.path / "g1", (".h5",))
    for path in (place.path / "g1").glob("shard-*.h5"):
        assert (path.stat().st_mtime_ns == times[path.name]) == (path.name != "shard-00001.h5"), path
    _, log = place.run("train", "configs/test/autoencoder.yaml", "--output", "r1/autoencoder", "--set", f"data.sources.0.dataset={place.path / 'r1/prepare'}")
    assert "nothing to do" in log and "images/s" not in log, log


def other_weights_are_refused(place):
    """Images of other weights do not join those in a folder: the plan is the same, the pictures are not."""
    shutil.copytree(place.path / "r1/diffusion/pipeline", place.path / "weights")
    arguments = ["generate", "configs/test/generate.yaml", "--set", "pipeline=weights", "--set", "sheet.real_dataset=r1/prepare", "--output", "w"]
    (place.path / "weights/zz.txt").write_text("a file of the pipeline")
    place.run(*arguments)
    (place.path / "weights/zz.txt").unlink()
    _, log = place.run(*arguments, expect=2)
    assert "other inputs" in log and "zz.txt" in log, log
    (place.path / "weights/zz.txt").write_text("a file of the pipeline")
    weights = next((place.path / "weights/unet").glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    _, log = place.run(*arguments, ranks=2, expect=2)
    assert "other inputs" in log and "unet" in log, log


def main():
    with Workplace(*sys.argv[1:3]) as place:
        at_every_number_of_ranks(place)
        generation_does_not_depend_on_ranks(place)
        truncated_prompts_are_counted(place)
        prepare_survives_kill(place)
        generation_survives_full_disk(place)
        jobs_join(place)
        survives_kill(place)
        resumes_with_changes(place)
        finished_work_is_not_done_again(place)
        other_weights_are_refused(place)


if __name__ == "__main__":
    main()
