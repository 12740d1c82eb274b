"""Images a second of a pipeline with guidance, beside diffusers' StableDiffusionPipeline."""

import itertools
import statistics

from harness.alternate import alternate
from harness.result import Result, image_rates, ratio
from harness.workspace import Workspace, numbers, require

from .train_step import VARIANTS, precisions

THREADS = 2
BATCH = 16
MODELS = {"48,96,128": 16, "64,128,128": 16}  # levels of the UNet: side of the latents
TARGETS = {"fp32": 1.25, "bf16": 1.5}
NAMES = {"ours": "radforge", "peer": "diffusers"}


def measure(workspace: Workspace, settings: list[tuple[str, str]]) -> Result:
    """`settings`: channels and precision."""
    steps, batches = 10, workspace.scaled(1)
    series, checks, notes, folders = [], [], [], {}
    for channels, precision in settings:
        if channels not in folders:
            folders[channels] = workspace.folder("pipeline-" + channels.replace(",", "-"))
            workspace.program("sample_images", "make", folders[channels], channels, MODELS[channels])
        folder = folders[channels]
        label = f"({channels}), {precision}, batch {BATCH}"

        def measure_peer(variant, count):
            return numbers(workspace.peer("sample_images", folder, "ddim", precision, BATCH, steps, count, *variant, "cpu", "eager", threads=THREADS,
                                          extra=workspace.allocator()))

        def measure_ours(count):
            return numbers(workspace.program("sample_images", "run", folder, "ddim", precision, BATCH, steps, count, "cpu", threads=THREADS))

        tries = {variant: measure_peer(variant, 1)["seconds"] for variant in VARIANTS}
        best = min(tries, key=tries.get)
        found = alternate(workspace.rounds, {"ours": lambda _turn: measure_ours(batches), "peer": lambda _turn: measure_peer(best, batches)},
                          warm_up=False)
        rates = image_rates(found, NAMES, label)
        series += [*rates.values(), ratio(f"radforge / diffusers {label}", rates["ours"], rates["peer"], at_least=TARGETS[precision])]
        means = [statistics.mean(found[side][0]["means"]) for side in NAMES]
        checks.append(require(abs(means[0] - means[1]) < 3, f"{label}: mean grey levels of the images, {means[0]:.1f} and {means[1]:.1f}, "
                              "are within 3 (pixels are compared by tools/peers/check_pipeline.py)"))
        notes.append(f"{label}: diffusers runs with {' attention, '.join(best)}, the fastest of "
                     f"{', '.join(' '.join(variant) for variant in VARIANTS)}")
    return Result(
        about=f"Random weights of Stable Diffusion 2.1's shape on a small scale, images of 64 x 64: text encoder, {steps} DDIM steps with "
              "guidance, decoder. Both sides have the same weights, batch and allocator (jemalloc, preloaded for diffusers). The limit is the "
              "rate of matrix products in the same precision.",
        parameters={"rounds": workspace.rounds, "batches": batches, "threads": THREADS}, series=series, checks=checks, notes=notes)


def run(workspace: Workspace) -> Result:
    return measure(workspace, [("48,96,128", "fp32")])


def run_all(workspace: Workspace) -> Result:
    return measure(workspace, list(itertools.product(MODELS, precisions())))
