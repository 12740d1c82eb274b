"""Images per second of a training step of a small UNet, beside the same step in diffusers."""

import itertools
import pathlib

from harness.alternate import alternate
from harness.result import Result, Series, image_rates, ratio
from harness.workspace import Workspace, numbers, require

THREADS = 2
BATCHES = (16, 24)
CHANNELS = ("32,64,128", "64,128,128")
TARGETS = {"fp32": 1.3, "bf16": 1.8}
TOLERANCES = {"fp32": 2e-3, "bf16": 5e-2}  # of a step's loss, relative
VARIANTS = [(attention, memory) for attention in ("bmm", "sdpa") for memory in ("contiguous", "channels_last")]
NAMES = {"ours": "radforge", "peer": "diffusers"}


def has_native_bf16() -> bool:
    return "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")


def precisions() -> list[str]:
    return ["fp32"] + (["bf16"] if has_native_bf16() else [])


def same_losses(sides: list[list[float]], tolerance: float) -> bool:
    return all(abs(ours - theirs) <= tolerance * abs(theirs) for ours, theirs in zip(*sides, strict=True))


def measure(workspace: Workspace, settings: list[tuple[str, str, int]], steps: int) -> Result:
    """`settings`: channels, precision and batch."""
    series, checks, notes, folders = [], [], [], {}
    for channels, precision, batch in settings:
        if channels not in folders:
            folders[channels] = workspace.folder("unet-" + channels.replace(",", "-"))
            workspace.program("train_step", "make", folders[channels], channels, max(BATCHES))
        folder = folders[channels]
        label = f"({channels}), {precision}, batch {batch}"

        def measure_peer(variant, count):
            cost = workspace.peer("train_step", folder, precision, batch, count, *variant, "cpu", "eager", threads=THREADS,
                                  extra=workspace.allocator())
            return numbers(cost) | {"peak": cost.peak_bytes}

        def measure_ours(count):
            cost = workspace.program("train_step", "run", folder, precision, batch, count, "cpu", threads=THREADS)
            return numbers(cost) | {"peak": cost.peak_bytes}

        tries = {variant: measure_peer(variant, max(2, steps // 3))["seconds"] for variant in VARIANTS}
        best = min(tries, key=tries.get)
        # Each process warms up by itself, and the tries have filled the page cache.
        found = alternate(workspace.rounds, {"ours": lambda _turn: measure_ours(steps), "peer": lambda _turn: measure_peer(best, steps)},
                          warm_up=False)
        rates = image_rates(found, NAMES, label)
        series += [*rates.values(), ratio(f"radforge / diffusers {label}", rates["ours"], rates["peer"], at_least=TARGETS[precision])]
        series += [Series(f"peak memory of {name} {label}", "MB", [turn["peak"] / 1e6 for turn in found[side]])
                   for side, name in NAMES.items()]
        checks.append(require(same_losses([found[side][0]["losses"] for side in NAMES], TOLERANCES[precision]),
                              f"{label}: the losses of all steps agree within {TOLERANCES[precision]:g}"))
        notes.append(f"{label}: diffusers runs with {' attention, '.join(best)}, the fastest of "
                     f"{', '.join(' '.join(variant) for variant in VARIANTS)}")
    return Result(
        about="A UNet of Stable Diffusion 2.1's shape, latents of 16 x 16, 77 tokens of width 128: forward, backward, clipping, AdamW and "
              "the average of the weights. Both sides have the same weights, batch and allocator (jemalloc, preloaded for diffusers); "
              "diffusers has fused AdamW. The limit is the rate of matrix products in the same precision.",
        parameters={"rounds": workspace.rounds, "steps": steps, "threads": THREADS},
        series=series, checks=checks, notes=notes)


def run(workspace: Workspace) -> Result:
    return measure(workspace, [("64,128,128", "fp32", 16)], workspace.scaled(6))


def run_all(workspace: Workspace) -> Result:
    return measure(workspace, list(itertools.product(CHANNELS, precisions(), BATCHES)), workspace.scaled(10))
