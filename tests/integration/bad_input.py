#!/usr/bin/env python3
"""What users get wrong: a clear message, the documented exit code, nothing lost."""

import os
import pathlib
import resource
import signal
import subprocess
import sys

from radforge_cli import Workplace, tree


def expect_message(place, code, parts, *arguments, **options):
    for ranks in (0, 3):
        _, log = place.run(*arguments, ranks=ranks, expect=code, **options)
        for part in parts:
            assert part in log, (part, log)
        assert log.count(parts[0]) == 1, log  # said once, not once a rank


def command_line(place):
    expect_message(place, 2, ["unknown command 'trian'", "train"], "trian", "x.yaml")
    expect_message(place, 2, ["needs CONFIG.yaml"], "train")
    expect_message(place, 2, ["--no-such"], "train", "x.yaml", "--no-such")
    expect_message(place, 2, ["--profile 0 traces no step", "from 1 on"], "train", "x.yaml", "--profile", "0")
    expect_message(place, 2, ["'some'", "--profile"], "train", "x.yaml", "--profile", "some")
    expect_message(place, 2, ["--profile is an option of train"], "generate", "x.yaml", "--profile", "3")


def configuration(place):
    expect_message(place, 2, ["no.yaml"], "prepare", "no.yaml")
    text = pathlib.Path(place.path / "configs/test/diffusion.yaml").read_text().replace("batch_size", "batchsize")
    (place.path / "typo.yaml").write_text(text)
    line = 1 + text.splitlines().index("  batchsize: 12")
    expect_message(place, 2, [f"typo.yaml:{line}:3:", "batchsize", "batch_size"], "train", "typo.yaml", "--output", "o")
    expect_message(place, 2, ["train.steps is -1", "at least 1"], "train", "configs/test/diffusion.yaml", "--set", "train.steps=-1", "--output", "o")
    expect_message(place, 2, ["task 'classify'"], "train", "configs/test/diffusion.yaml", "--set", "task=classify", "--output", "o")


def data(place):
    expect_message(place, 4, ["nowhere"], "train", "configs/test/autoencoder.yaml", "--set", "data.sources.0.dataset=nowhere", "--output", "o")
    expect_message(place, 2, ["data/none"], "prepare", "configs/test/prepare.yaml", "--set", "sites.0.root=data/none", "--output", "o")
    expect_message(place, 3, ["no-pipeline"], "generate", "configs/test/generate.yaml", "--set", "pipeline=no-pipeline", "--output", "o")


def impressions(place):
    """A damaged table of texts is refused by its line before anything is made; all damages: unit/generate/generation_plan.cpp."""
    for rows, parts in ((b"1,No_Finding,a\xff\n", ["texts.csv:2", "invalid UTF-8"]), (b"1,Edema,a\n1,Edema,b\n", ["texts.csv:3", "there twice"]),
                        (b"1,Edema,\n", ["texts.csv:2", "empty"])):
        (place.path / "texts.csv").write_bytes(b"id,findings,text\n" + rows)
        expect_message(place, 3, parts, "generate", "configs/test/generate.yaml", "--set", "cohort.impressions=texts.csv", "--output", "o")
    assert not list((place.path / "o").glob("plan.csv*"))


def broken_images(place):
    """A truncated image is a rejection with its line; too many of them end the run."""
    site = place.path / "site"
    (site / "images").mkdir(parents=True)
    source = place.path / "data/open-cxr/hannover"
    rows = (source / "metadata.csv").read_text().splitlines()
    (site / "metadata.csv").write_text("\n".join(rows[:31]) + "\n")
    for row in rows[1:31]:
        name = row.split(",")[0]
        (site / name).write_bytes((source / name).read_bytes())
    broken = site / rows[5].split(",")[0]
    broken.write_bytes(broken.read_bytes()[:200])
    arguments = ["prepare", "configs/test/prepare.yaml", "--set", "sites.0.root=site", "--output"]
    expect_message(place, 3, ["max_rejected_fraction"], *arguments, "strict")
    place.run(*arguments, "lenient", "--set", "max_rejected_fraction=0.1")
    rejected = (place.path / "lenient/rejected.csv").read_text().splitlines()
    assert len(rejected) == 2 and broken.name in rejected[1] and ",6," in rejected[1], rejected


def full_disk(place):
    """Writes fail at a size limit, as on a full disk: exit 4, no new file, older ones as they were; with room again the rerun completes."""

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    arguments = ["prepare", "configs/test/prepare.yaml", "--output", "full"]
    _, log = place.run(*arguments, expect=4, preexec_fn=limited)
    assert "shard-" in log, log
    assert not list((place.path / "full").glob("shard-*")), list((place.path / "full").iterdir())
    place.run(*arguments)
    before = tree(place.path / "full", (".h5", "dataset.json"))
    (place.path / "full/shard-00002.h5").unlink()
    (place.path / "full/dataset.json").unlink()
    place.run(*arguments, expect=4, preexec_fn=limited)
    kept = tree(place.path / "full", ("0.h5", "1.h5"))
    assert kept and all(before[name] == kept[name] for name in kept), kept.keys()
    place.run(*arguments)
    after = tree(place.path / "full", (".h5", "dataset.json"))
    assert after == before


def owned_folder(place):
    """A second run on a folder in use ends with 73 and names the owner."""
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
    arguments = ["train", "configs/test/autoencoder.yaml", "--set", "data.sources.0.dataset=prepared", "--set", "train.steps=100000", "--output", "owned"]
    owner = subprocess.Popen(place.command(*arguments), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in owner.stderr:
            if "parameters" in line:
                break
        _, log = place.run(*arguments, expect=73)
        assert str(owner.pid) in log, log
    finally:
        owner.send_signal(signal.SIGUSR1)
        assert owner.wait(timeout=60) == 75, "a stop request ends with a checkpoint and exit code 75"
    assert list((place.path / "owned/checkpoints").glob("step-*/manifest.json"))
    expect_message(place, 2, ["another configuration", "steps"], *arguments[:5], "train.steps=7", "--output", "owned")


def full_output(place):
    """Standard output that takes nothing: exit 4, and the reason."""
    for arguments in (["config", "configs/test/diffusion.yaml"], ["--help"], ["--version"]):
        with open("/dev/full", "w") as full:
            result = subprocess.run(place.command(*arguments), cwd=place.path, stdout=full, stderr=subprocess.PIPE, text=True,
                                    timeout=60, check=False)
        assert result.returncode == 4 and "No space left" in result.stderr, (arguments, result)


def early_stop_signal(place):
    """USR1 does not kill a run that is still reading its configuration."""
    pipe = place.path / "pipe.yaml"
    os.mkfifo(pipe)
    run = subprocess.Popen(place.command("config", pipe), cwd=place.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(pipe, "w") as file:  # opens when the program does
        run.send_signal(signal.SIGUSR1)
        file.write("task: none\n")
    assert run.wait(timeout=60) == 2, run.returncode


def broken_launcher(place):
    """A world of which MPI sees one process only: exit 5 and the reason, no crash."""
    environment = {"PMI_RANK": "0", "PMI_SIZE": "4"}
    result = subprocess.run(place.command("config", "configs/test/diffusion.yaml"), cwd=place.path, capture_output=True, text=True,
                            timeout=60, check=False, env=dict(os.environ, **environment))
    assert result.returncode == 5, result
    assert "radforge: the launcher started 4 processes but MPI sees this one alone" in result.stderr, result.stderr


def leaves_its_exit_code(place):
    """In a file, for launchers that change it or lose it."""
    said = place.path / "code"
    for arguments, code in ((["config", "configs/test/prepare.yaml"], 0), (["confic"], 2), (["doctor", "--ranks-per-node", 7], 2), (["verify", "configs"], 3)):
        for ranks in (0, 2):
            said.write_text("of a former program")
            place.run(*arguments, ranks=ranks, expect=code, environment={"RADFORGE_EXIT_CODE_FILE": str(said)})
            assert said.read_text() == f"{code}\n", (arguments, said.read_text())
    place.run("config", "configs/test/prepare.yaml", expect=4, environment={"RADFORGE_EXIT_CODE_FILE": "nowhere/code"})


def main():
    with Workplace(*sys.argv[1:3]) as place:
        for check in (command_line, configuration, data, broken_images, full_disk, owned_folder, full_output, early_stop_signal,
                      broken_launcher, leaves_its_exit_code):
            check(place)


if __name__ == "__main__":
    main()
