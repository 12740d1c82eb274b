"""Images a second of a demo training on two ranks with one thread each, beside one rank with two threads."""

import statistics

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace

from . import demo


def run(workspace: Workspace) -> Result:
    demo.prepare(workspace)
    steps = workspace.scaled(40, 10)

    def side(ranks: int, threads: int):
        def measure(turn: int) -> list[dict]:
            out = workspace.folder(f"demo-ranks-{ranks}-{turn}")
            # The first line, with the start of everything in it, does not count; nor does the last, with the validation.
            return demo.train(workspace, "diffusion", out, ranks=ranks, threads=threads, train__steps=steps,
                              train__log_every_steps=5)[1:-1]
        return measure

    rounds = max(workspace.rounds, 10)
    found = alternate(rounds, {"2 x 1": side(2, 1), "1 x 2": side(1, 2)})
    rates = {name: Series(f"{name[0]} rank(s) x {name[-1]} thread(s)", "images/s",
                          [statistics.median(line["images_per_s"] for line in lines) for lines in runs],
                          limit=[statistics.median(line["images_per_s"] / line["share_of_peak"] for line in lines) for lines in runs])
             for name, runs in found.items()}
    waits = [1e3 * statistics.median(line["reduce_s"] for line in lines) for lines in found["2 x 1"]]
    return Result(
        about=f"configs/demo/diffusion.yaml, {steps} steps, batch {demo.BATCH}, from the runs' timing.jsonl: medians over "
              "intervals of five steps. The limit: the rate of matrix products that rank 0 measures after its first interval, times ranks.",
        parameters={"rounds": rounds, "steps": steps, "batch": demo.BATCH},
        series=[*rates.values(), ratio("2 ranks x 1 thread / 1 rank x 2 threads", rates["2 x 1"], rates["1 x 2"], at_least=0.97),
                Series("2 ranks: waiting for each other and reducing, on rank 0", "ms/step", waits)])
