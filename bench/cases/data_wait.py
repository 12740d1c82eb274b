"""The share of a demo training step that is spent waiting for data."""

import json
import pathlib
import statistics

from harness.alternate import alternate
from harness.result import Result, Series
from harness.workspace import TOP, Workspace

RANKS = 2  # as tools/demo


def config(workspace: Workspace, name: str) -> pathlib.Path:
    """The demo's, with its folders in the scratch folder."""
    text = (TOP / "configs" / "demo" / f"{name}.yaml").read_text(encoding="utf-8")
    path = workspace.scratch / f"demo-{name}.yaml"
    text = text.replace("runs/demo/", f"{workspace.scratch}/demo-").replace("data/open-cxr", str(TOP / "data" / "open-cxr"))
    path.write_text(text, encoding="utf-8")
    return path


def train(workspace: Workspace, name: str, steps: int, out: pathlib.Path) -> list[dict]:
    workspace.product("train", config(workspace, name), "--set", f"train.steps={steps}", "--output", out, ranks=RANKS)
    with (out / "timing.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def run(workspace: Workspace) -> Result:
    workspace.product("prepare", config(workspace, "prepare"), "--output", workspace.folder("demo-prepare"), ranks=RANKS)
    train(workspace, "autoencoder", 20, workspace.folder("demo-autoencoder"))
    batch, steps = 24, workspace.scaled(60, 20)
    runs = alternate(workspace.rounds, {"diffusion": lambda turn: train(workspace, "diffusion", steps,
                                                                        workspace.folder(f"demo-diffusion-{turn}"))})["diffusion"]
    seconds = [statistics.fmean(batch / line["images_per_s"] for line in lines) for lines in runs]
    waited = [statistics.fmean(line["data_wait_s"] for line in lines) for lines in runs]
    share = Series("share of the step that waits for data", "%", [100 * a / b for a, b in zip(waited, seconds, strict=True)],
                   at_most=1)
    return Result(
        about=f"configs/demo/diffusion.yaml, {steps} steps on {RANKS} ranks with one thread each, from the run's timing.jsonl. "
              "The first step, which waits for the first batch, counts.",
        parameters={"rounds": workspace.rounds, "steps": steps, "batch": batch},
        series=[share, Series("waiting", "ms/step", [1e3 * value for value in waited]),
                Series("step", "ms", [1e3 * value for value in seconds])])
