"""Images a second of a training step on one rank and on two, beside DistributedDataParallel over gloo."""

from harness import process
from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import TOP, Workspace, require

from .sides import peaks, rates, with_peak
from .train_step import TOLERANCES, VARIANTS, same_losses

CHANNELS = "32,64,128"
BATCH = 16
RANKS = (1, 2)
NAMES = {"ours": "radforge", "peer": "diffusers"}


def run(workspace: Workspace) -> Result:
    steps = workspace.scaled(6)
    folder = workspace.folder("unet-ranks")
    workspace.program("train_step", "make", folder, CHANNELS, BATCH)

    def under_mpirun(ranks: int, command: list, extra: dict[str, str] | None = None) -> dict:
        return with_peak(process.run(["mpirun", "-n", ranks, "--bind-to", "none", *command], 1, extra))

    def ours(ranks: int) -> dict:
        return under_mpirun(ranks, [workspace.programs / "bench_train_step", "run", folder, "fp32", BATCH, steps, "cpu"])

    def peer(ranks: int, variant: tuple[str, str], count: int) -> dict:
        return under_mpirun(ranks, [workspace.python, TOP / "bench" / "peers" / "train_ranks.py", folder, BATCH, count, *variant],
                            workspace.allocator())

    tries = {variant: peer(2, variant, 1)["seconds"] for variant in VARIANTS}
    best = min(tries, key=tries.get)
    sides = {}
    for ranks in RANKS:
        sides[f"ours {ranks}"] = lambda _turn, ranks=ranks: ours(ranks)
        sides[f"peer {ranks}"] = lambda _turn, ranks=ranks: peer(ranks, best, steps)
    found = alternate(workspace.rounds, sides, warm_up=False)

    names = {f"{side} {ranks}": f"{name}, {ranks} rank(s)" for ranks in RANKS for side, name in NAMES.items()}
    of = rates(found, names, "", "images/s")
    efficiency = [Series(f"{name}: images/s of 2 ranks / twice those of 1, paired", "",
                         [two / one / 2 for two, one in zip(of[f"{side} 2"].values, of[f"{side} 1"].values, strict=True)])
                  for side, name in NAMES.items()]
    losses = {side: turns[0]["losses"] for side, turns in found.items()}
    checks = [require(all(same_losses([losses["ours 1"], losses[side]], TOLERANCES["fp32"]) for side in losses),
                      f"the losses of all steps, of both sides on 1 and 2 ranks, agree within {TOLERANCES['fp32']:g}")]
    return Result(
        about=f"A UNet ({CHANNELS}) of Stable Diffusion 2.1's shape, latents of 16 x 16, a batch of {BATCH} shared out over ranks of a thread "
              "each: forward, backward, reduction of the gradient, clipping, AdamW and the average of the weights. fp32. Both sides have the "
              "same weights, batch and allocator (jemalloc, preloaded for diffusers) and are started by mpirun.",
        parameters={"rounds": workspace.rounds, "steps": steps, "threads a rank": 1},
        series=[*of.values(), *(ratio(f"radforge / diffusers, {ranks} rank(s)", of[f"ours {ranks}"], of[f"peer {ranks}"], at_least=1.3)
                                for ranks in RANKS), *efficiency, *peaks(found, names)],
        checks=checks,
        notes=[f"diffusers runs with {' attention, '.join(best)}, the fastest on two ranks of "
               f"{', '.join(' '.join(variant) for variant in VARIANTS)}; DistributedDataParallel over gloo with static_graph and "
               "gradient_as_bucket_view, without it on one rank", "peak memory is that of the largest rank"])
