"""What a checkpoint costs the steps around it, and how long a start takes from a checkpoint to its first step."""

import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import time

from harness.alternate import alternate
from harness.process import environment
from harness.result import Result, Series
from harness.workspace import Workspace, numbers

from . import demo

STATE_BYTES = 14e9  # of Stable Diffusion 2.1: weights, moments, average in fp32
INTERVAL_S = 15 * 60


def set_bytes(run_folder: pathlib.Path) -> int:
    newest = max((run_folder / "checkpoints").glob("step-*"), key=lambda path: int(path.name[5:]))
    return sum(path.stat().st_size for path in newest.iterdir())


def run_stall(workspace: Workspace) -> Result:
    demo.prepare(workspace)
    every, steps = 10, workspace.scaled(60, 20)
    ranks = 2

    def measure(turn: int) -> dict:
        out = workspace.folder(f"demo-stall-{turn}")
        lines = demo.train(workspace, "diffusion", out, ranks=ranks, train__steps=steps, train__log_every_steps=1,
                           train__validate_every_steps=10 * steps, checkpoint__every_steps=every)
        seconds = {line["step"]: demo.BATCH / line["images_per_s"] for line in lines[2:-1]}
        # The step after a save holds its stall; the next ones run beside the writing thread.
        beside = [value for step, value in seconds.items() if step > every and 1 <= step % every <= 3]
        apart = [value for step, value in seconds.items() if step % every in (0, *range(4, every))]
        stalls = [line["save_stall_s"] for line in lines if line["save_stall_s"] > 0]
        num_bytes = set_bytes(out)
        return {"beside": beside, "apart": apart, "stall": statistics.median(stalls), "bytes": num_bytes,
                "copy": numbers(workspace.program("limits", "copy", num_bytes // ranks, ranks))["seconds"],
                "disk": numbers(workspace.program("limits", "disk", out, num_bytes))["seconds"]}

    runs = alternate(workspace.rounds, {"run": measure})["run"]
    apart = Series("step with no save near it, median", "ms", [1e3 * statistics.median(run["apart"]) for run in runs])
    beside = Series("the three steps after a save began, median", "ms", [1e3 * statistics.median(run["beside"]) for run in runs])
    worst = Series("the three steps after a save began, slowest", "ms", [1e3 * max(run["beside"]) for run in runs])
    stall = Series("stall of the step in which a save begins", "ms", [1e3 * run["stall"] for run in runs],
                   limit=[1e3 * run["copy"] for run in runs])
    disk = Series("as many bytes as the set has, written and synced by nobody else", "ms", [1e3 * run["disk"] for run in runs])
    factor = Series("median step beside a save / median step", "", [a / b for a, b in zip(beside.values, apart.values, strict=True)],
                    at_most=1.2)
    # Each rank stages its share; what the three steps lose is lost as long as the writing takes.
    lost = [(sum(run["beside"]) / len(run["beside"]) - statistics.median(run["apart"])) * 3 + run["stall"] for run in runs]
    share = Series("scaled: share of the time, 14 GB every 15 minutes, as many ranks", "%",
                   [100 * max(value, 0) * STATE_BYTES / run["bytes"] / INTERVAL_S for value, run in zip(lost, runs, strict=True)],
                   at_most=0.5)
    return Result(
        about=f"configs/demo/diffusion.yaml, {steps} steps on {ranks} ranks with one thread each, a checkpoint every {every}: times "
              "of single steps from timing.jsonl. The limit of the stall: each rank copies its share of the set in "
              "memory. The scaled share multiplies what a save costs in all by the ratio of the states' sizes.",
        parameters={"rounds": workspace.rounds, "steps": steps, "set": f"{runs[0]['bytes'] / 1e6:.1f} MB"},
        series=[apart, beside, worst, stall, disk, factor, share])


def wait_for_lines(path: pathlib.Path, count: int, process: subprocess.Popen) -> float:
    start = time.monotonic()
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        if process.poll() is not None:
            sys.exit(f"bench: the run ended with {process.returncode} before its first step")
        time.sleep(0.002)
    return time.monotonic() - start


def run_restart(workspace: Workspace) -> Result:
    demo.prepare(workspace)
    values = {"train__steps": 40, "train__log_every_steps": 1, "train__validate_every_steps": 400, "checkpoint__every_steps": 10}
    saved = workspace.folder("demo-saved")
    command = [str(workspace.radforge), "train", str(demo.config(workspace, "diffusion")), *demo.settings(**values), "--output"]

    def start(out: pathlib.Path, ranks: int) -> subprocess.Popen:
        return subprocess.Popen(["mpirun", "-n", str(ranks), "--bind-to", "none", *command, str(out)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(1), start_new_session=True)

    def stop(process: subprocess.Popen) -> None:
        os.kill(process.pid, signal.SIGUSR1)
        process.wait(timeout=60)

    first = start(saved, 2)
    wait_for_lines(saved / "metrics.jsonl", 12, first)
    stop(first)

    def measure(ranks: int):
        def once(_turn: int) -> float:
            out = workspace.scratch / "demo-restarted"
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(saved, out)
            lines = (out / "metrics.jsonl").read_bytes().count(b"\n")
            process = start(out, ranks)
            seconds = wait_for_lines(out / "metrics.jsonl", lines + 1, process)
            stop(process)
            return seconds
        return once

    found = alternate(workspace.rounds, {"1": measure(1), "2": measure(2)})
    return Result(
        about="configs/demo/diffusion.yaml, stopped after some steps: seconds from mpirun's start, in the run's folder, to the line of "
              "metrics of the first new step. Data sets are opened, the autoencoder loaded, the first batch encoded in it.",
        parameters={"rounds": workspace.rounds, "set": f"{set_bytes(saved) / 1e6:.1f} MB"},
        series=[Series(f"to the first step, {ranks} rank(s)", "s", values, at_most=3) for ranks, values in found.items()])
