"""Images a second through the autoencoder, both ways, beside AutoencoderKL of diffusers."""

import math

from harness.alternate import alternate
from harness.result import Result, ratio
from harness.workspace import Workspace, require

from .sides import peaks, rates, with_peak
from .train_step import has_native_bf16

THREADS = 2
BATCH = 16
SIDE = 16  # of the latents; images of four times that
NAMES = {"ours": "radforge", "peer": "diffusers"}
BATCHES = {"encode": 6, "decode": 4}  # a measurement
TOLERANCES = {"fp32": 1e-4, "bf16": 5e-2}
MEMORY = ("contiguous", "channels_last")


def distance(ours: list[float], theirs: list[float]) -> float:
    """Root of the mean square of the differences, beside that of the numbers themselves."""
    differences = sum((left - right) ** 2 for left, right in zip(ours, theirs, strict=True))
    return math.sqrt(differences / sum(right ** 2 for right in theirs))


def run(workspace: Workspace) -> Result:
    folder = workspace.folder("autoencoder")
    workspace.program("sample_images", "make", folder, "48,96,128", SIDE)
    workspace.program("autoencoder", "make", folder, BATCH)
    series, checks, notes = [], [], []
    for mode, batches in BATCHES.items():
        count = workspace.scaled(batches)
        for precision in ["fp32"] + (["bf16"] if has_native_bf16() else []):
            label = f", {mode}, {precision}"

            def ours(_turn: int) -> dict:
                return with_peak(workspace.program("autoencoder", mode, folder, precision, BATCH, count, "cpu", threads=THREADS))

            def peer(memory: str, number: int) -> dict:
                return with_peak(workspace.peer("autoencoder", mode, folder, precision, BATCH, number, memory, "cpu", "eager", threads=THREADS,
                                                extra=workspace.allocator()))

            tries = {memory: peer(memory, max(1, count // 4))["seconds"] for memory in MEMORY}
            best = min(tries, key=tries.get)
            found = alternate(workspace.rounds, {"ours": ours, "peer": lambda _turn: peer(best, count)}, warm_up=False)
            of = rates(found, NAMES, label, "images/s")
            series += [*of.values(), ratio(f"radforge / diffusers{label}", of["ours"], of["peer"], at_least=1), *peaks(found, NAMES, label)]
            apart = distance(found["ours"][0]["outputs"], found["peer"][0]["outputs"])
            checks.append(require(apart <= TOLERANCES[precision], f"{mode}, {precision}: the first numbers of the outputs differ by "
                                  f"{apart:.1e} of their size, within {TOLERANCES[precision]:g}"))
            notes.append(f"{mode}, {precision}: diffusers runs in {best}, the faster of {' and '.join(MEMORY)}")
    return Result(
        about=f"Autoencoder of Stable Diffusion's shape in small, levels of 16, 32 and 64 channels: images of {4 * SIDE} x {4 * SIDE} to latents of "
              f"{SIDE} x {SIDE} and back. Both sides have the same weights, inputs and allocator (jemalloc, preloaded for diffusers).",
        parameters={"rounds": workspace.rounds, "batch": BATCH, "threads": THREADS}, series=series, checks=checks, notes=notes)
