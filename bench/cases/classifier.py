"""Images a second of a training step and of looking at images, beside torchvision; and a sweep on two ranks beside one."""

import itertools
import statistics

from harness.alternate import alternate
from harness.result import Result, Series, image_rates, ratio
from harness.workspace import TOP, Workspace, numbers, require

from . import demo
from .train_step import precisions

THREADS = 2
MODELS = ("densenet121", "resnet18")
BATCHES = {64: 32, 224: 8}  # by the side of the images
TARGETS = {("train", "fp32"): 1.0, ("train", "bf16"): 1.2, ("infer", "fp32"): 1.15, ("infer", "bf16"): 1.15}
TOLERANCES = {"fp32": 2e-3, "bf16": 1e-1}  # of a loss, or of an output beside the largest
MEMORY = ("contiguous", "channels_last")
NAMES = {"ours": "radforge", "peer": "torchvision"}


def same(ours: list[float], theirs: list[float], tolerance: float) -> bool:
    largest = max(abs(value) for value in theirs)
    return all(abs(left - right) <= tolerance * largest for left, right in zip(ours, theirs, strict=True))


def measure_steps(workspace: Workspace, settings: list[tuple[str, int, str, str]]) -> Result:
    """`settings`: model, side of the images, "train" or "infer", precision."""
    series, checks, notes, folders = [], [], [], {}
    for model, side, mode, precision in settings:
        batch = BATCHES[side]
        if (model, side) not in folders:
            folders[model, side] = workspace.folder(f"{model}-{side}")
            workspace.program("classifier_step", "make", folders[model, side], model, side, batch)
        folder = folders[model, side]
        label = f"{mode} {model}, {side} px, {precision}, batch {batch}"
        steps = workspace.scaled((10 if side == 64 else 8) * (1 if mode == "train" else 3))  # a look takes a third of a step

        def measure_peer(memory, count):
            return numbers(workspace.peer("classifier_step", mode, folder, precision, batch, count, memory, "cpu", "eager", threads=THREADS,
                                          extra=workspace.allocator()))

        def measure_ours(count):
            return numbers(workspace.program("classifier_step", mode, folder, precision, batch, count, "cpu", threads=THREADS))

        tries = {memory: measure_peer(memory, max(2, steps // 3))["seconds"] for memory in MEMORY}
        best = min(tries, key=tries.get)
        found = alternate(workspace.rounds, {"ours": lambda _turn: measure_ours(steps), "peer": lambda _turn: measure_peer(best, steps)},
                          warm_up=False)
        rates = image_rates(found, NAMES, label)
        series += [*rates.values(), ratio(f"radforge / torchvision {label}", rates["ours"], rates["peer"], at_least=TARGETS[mode, precision])]
        checks.append(require(same(found["ours"][0]["losses"], found["peer"][0]["losses"], TOLERANCES[precision]),
                              f"{label}: losses or outputs agree within {TOLERANCES[precision]:g}"))
        notes.append(f"{label}: torchvision runs {best}, the faster of {' and '.join(MEMORY)}")
    return Result(
        about="Classifiers of torchvision's shapes with three channels and fourteen labels. A training step is forward, backward, clipping, "
              "AdamW and the average of the weights; torchvision has fused AdamW and autocast, and bf16 weights where it looks at images. "
              "Both sides have the same weights, batch and allocator (jemalloc, preloaded for torchvision). The limit is the rate of matrix "
              "products in the same precision.",
        parameters={"rounds": workspace.rounds, "threads": THREADS}, series=series, checks=checks, notes=notes)


def run_step(workspace: Workspace) -> Result:
    return measure_steps(workspace, [("densenet121", 64, "train", "fp32"), ("resnet18", 64, "infer", "fp32")])


def run_all_steps(workspace: Workspace) -> Result:
    return measure_steps(workspace, list(itertools.product(MODELS, BATCHES, ("train", "infer"), precisions())))


def run_sweep(workspace: Workspace) -> Result:
    """Sixteen small runs on one rank and on two, one thread each."""
    data = demo.dataset(workspace)
    steps = workspace.scaled(40)
    path = workspace.scratch / "sweep.yaml"
    seeds = "\n".join(f"      - name: {seed}" for seed in range(1, 17))
    path.write_text(f"""task: sweep
set: [data.sources.0.dataset={data}, train.steps={steps}, train.validate_every_steps={steps}, "predict=[]"]
axes:
  - name: seed
    key: seed
    values:
{seeds}
runs:
  - name: sex
    config: {TOP / "configs" / "demo" / "sex.yaml"}
""", encoding="utf-8")

    def side(ranks: int):
        return lambda turn: workspace.product("sweep", path, "--output", workspace.folder(f"sweep-{ranks}-{turn}"), ranks=ranks).wall_s

    found = alternate(workspace.rounds, {"1": side(1), "2": side(2)})
    rates = {ranks: Series(f"{ranks} rank(s) x 1 thread", "runs/minute", [60 * 16 / seconds for seconds in values])
             for ranks, values in found.items()}
    return Result(
        about=f"radforge sweep of 16 runs of configs/demo/sex.yaml, {steps} steps of 32 images each.",
        parameters={"rounds": workspace.rounds, "steps": steps},
        series=[*rates.values(), ratio("2 ranks / 1 rank", rates["2"], rates["1"], at_least=1.8),
                Series("median of a sweep on 2 ranks", "s", [statistics.median(found["2"])])])
