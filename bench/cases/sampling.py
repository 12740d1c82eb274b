"""Images a second of a pipeline with guidance, beside diffusers' StableDiffusionPipeline."""

import statistics

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

from .train_step import has_native_bf16

THREADS = 2
BATCH = 16
MODELS = {"48,96,128": 16, "64,128,128": 16}  # levels of the UNet: side of the latents
TARGETS = {"fp32": 1.25, "bf16": 1.5}
VARIANTS = [(attention, memory) for attention in ("bmm", "sdpa") for memory in ("contiguous", "channels_last")]


def run(workspace: Workspace) -> Result:
    steps, batches = 10, workspace.scaled(2)
    series, checks, notes = [], [], []
    for channels, side in MODELS.items():
        folder = workspace.folder("pipeline-" + channels.replace(",", "-"))
        workspace.program("sample_images", "make", folder, channels, side)
        for precision in ["fp32"] + (["bf16"] if has_native_bf16() else []):
            label = f"({channels}), {precision}, batch {BATCH}"

            def measure_peer(variant, count):
                return numbers(workspace.peer("sample_images", folder, "ddim", precision, BATCH, steps, count, *variant, "cpu", "eager", threads=THREADS,
                                              extra=workspace.allocator()))

            def measure_ours(count):
                return numbers(workspace.program("sample_images", "run", folder, "ddim", precision, BATCH, steps, count, "cpu", threads=THREADS))

            tries = {variant: measure_peer(variant, 1)["seconds"] for variant in VARIANTS}
            best = min(tries, key=tries.get)
            found = alternate(workspace.rounds, {"ours": lambda _turn: measure_ours(batches),
                                                 "peer": lambda _turn: measure_peer(best, batches)})
            rates = {name_of_side: Series(f"{name} {label}", "images/s", [turn["images"] / turn["seconds"] for turn in found[name_of_side]])
                     for name_of_side, name in (("ours", "radforge"), ("peer", "diffusers"))}
            series += [*rates.values(), ratio(f"radforge / diffusers {label}", rates["ours"], rates["peer"], at_least=TARGETS[precision])]
            means = [statistics.mean(found[name][0]["means"]) for name in ("ours", "peer")]
            checks.append(require(abs(means[0] - means[1]) < 3, f"{label}: mean grey levels of the images, {means[0]:.1f} and {means[1]:.1f}, "
                                  "are within 3 (pixels are compared by tools/peers/check_pipeline.py)"))
            notes.append(f"{label}: diffusers runs with {' attention, '.join(best)}, the fastest of "
                         f"{', '.join(' '.join(variant) for variant in VARIANTS)}")
    return Result(
        about=f"Random weights of Stable Diffusion 2.1's shape on a small scale, images of 64 x 64: text encoder, {steps} DDIM steps with "
              "guidance, decoder. Both sides have the same weights, batch and allocator (jemalloc, preloaded for diffusers).",
        parameters={"rounds": workspace.rounds, "batches": batches, "threads": THREADS}, series=series, checks=checks, notes=notes)
