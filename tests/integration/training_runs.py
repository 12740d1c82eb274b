"""Training runs of the tests' small diffusion model: started, watched, stopped, killed, compared."""

import json
import os
import pathlib
import signal
import subprocess
import time

from radforge_cli import tree

DIFFUSION = "configs/test/diffusion.yaml"
BASE = ["data.sources.0.dataset=prepared", "autoencoder=autoencoder/pipeline"]
RESULTS = (".safetensors", ".json", ".txt")


def settings(*values):
    return [word for value in (*BASE, *values) for word in ("--set", value)]


def train(place, output, *values, ranks=2, expect=0, arguments=()):
    return place.run("train", DIFFUSION, "--output", output, *arguments, *settings(*values), ranks=ranks, expect=expect)


def start(place, output, *values, ranks=2):
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    return subprocess.Popen(place.command("train", DIFFUSION, "--output", output, *settings(*values), ranks=ranks), cwd=place.path,
                            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)


def lines_of(folder, name="metrics.jsonl"):
    """Of the whole lines: a run that goes on may be writing the last one."""
    path = folder / name
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def losses(folder):
    return [line["loss"] for line in lines_of(folder)]


def wait_for_lines(run, folder, count):
    deadline = time.monotonic() + 60
    while len(lines_of(folder)) < count and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


def same_results(one, other, earlier_sets_may_differ=False):
    """Equal bytes; with `earlier_sets_may_differ`, a checkpoint before the last may be there in one run alone."""
    for name in ("pipeline", "checkpoints"):
        left, right = tree(one / name, RESULTS), tree(other / name, RESULTS)
        if name == "checkpoints" and earlier_sets_may_differ:
            last = max(int(path.split("/")[0][5:]) for path in left)
            common = left.keys() & right.keys()
            assert {path for path in left if path.startswith(f"step-{last}/")} <= common, (left.keys(), right.keys())
            left, right = ({path: files[path] for path in common} for files in (left, right))
        assert left and left.keys() == right.keys(), (left.keys(), right.keys())
        # Who wrote a set, and in which start, is of no weight.
        differing = [path for path in left if not path.endswith("manifest.json") and left[path] != right[path]]
        assert not differing, differing
    assert (one / "metrics.jsonl").read_bytes() == (other / "metrics.jsonl").read_bytes()


def ranks_of(launcher):
    """Process ids of the ranks that this mpirun started."""
    children = pathlib.Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split()
    return [int(pid) for pid in children if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "radforge"]


def is_alive(pid):
    status = pathlib.Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def make_inputs(place):
    """The data set and the autoencoder that the runs start from."""
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
    place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", "--set", BASE[0])


def stop_by_signal(place, output, after, who, *values, ranks=2):
    """USR1 to the launcher, which hands it to all ranks, or to one rank alone, once there are `after` lines of metrics."""
    run = start(place, output, *values, ranks=ranks)
    wait_for_lines(run, place.path / output, after)
    for pid in [run.pid] if who is None else ranks_of(run)[who : who + 1]:
        os.kill(pid, signal.SIGUSR1)
    _, log = run.communicate(timeout=60)
    assert run.returncode == 75, (run.returncode, log)
    assert "stopped on request" in log, log
