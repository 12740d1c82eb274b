"""The share of a demo training step that is spent waiting for data."""

import statistics

from harness.alternate import alternate
from harness.result import Result, Series
from harness.workspace import Workspace

from . import demo

RANKS = 2  # as tools/demo


def run(workspace: Workspace) -> Result:
    demo.prepare(workspace)
    steps = workspace.scaled(60, 20)
    runs = alternate(workspace.rounds, {"diffusion": lambda turn: demo.train(
        workspace, "diffusion", workspace.folder(f"demo-diffusion-{turn}"), ranks=RANKS, train__steps=steps)})["diffusion"]
    seconds = [statistics.fmean(demo.BATCH / line["images_per_s"] for line in lines) for lines in runs]
    waited = [statistics.fmean(line["data_wait_s"] for line in lines) for lines in runs]
    share = Series("share of the step that waits for data", "%", [100 * a / b for a, b in zip(waited, seconds, strict=True)],
                   at_most=1)
    return Result(
        about=f"configs/demo/diffusion.yaml, {steps} steps on {RANKS} ranks with one thread each, from the run's timing.jsonl. "
              "The first step, which waits for the first batch, counts.",
        parameters={"rounds": workspace.rounds, "steps": steps, "batch": demo.BATCH},
        series=[share, Series("waiting", "ms/step", [1e3 * value for value in waited]),
                Series("step", "ms", [1e3 * value for value in seconds])])
