"""Between nodes, by networks that are shaped: an all-reduce beside plain MPI_Allreduce, and steps of a training beside what `radforge plan --cluster` foretells."""

import json
import re
import statistics

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, require

from . import demo
from .virtual_nodes import NODES, VirtualNodes, virtual_nodes

RATES = {"1 Gbit/s": ("1gbit", 1e9 / 8), "200 Mbit/s": ("200mbit", 200e6 / 8)}
BYTES = 16_000_000  # four buckets
TIMES = 3  # in a process
IMAGES = 8  # of a rank in a step


def all_reduce(workspace: Workspace) -> Result:
    series, digests = [], []
    with virtual_nodes(workspace) as nodes:
        for name, (rate, bytes_per_s) in RATES.items():
            nodes.shape(rate)
            for ranks in range(2, NODES + 1):
                def side(kind: str):
                    return lambda _turn: json.loads(nodes.run(ranks, workspace.programs / "bench_all_reduce", kind, BYTES, TIMES))

                found = alternate(workspace.rounds, {kind: side(kind) for kind in ("mpi", "ours", "buckets")}, warm_up=False)
                digests.append({run["digest"] for runs in found.values() for run in runs})
                least = 2 * (ranks - 1) / ranks * BYTES / bytes_per_s  # that any all-reduce sends from each rank
                mpi, ours, buckets = (Series(f"{what}, {ranks} nodes, {name}", "s", [run["seconds"] for run in found[kind]], limit=[least] * workspace.rounds)
                                      for kind, what in (("mpi", "MPI_Allreduce"), ("ours", "all_reduce"), ("buckets", "started all-reduces of 4 MB")))
                series += [mpi, ours, buckets, ratio(f"MPI_Allreduce / all_reduce, {ranks} nodes, {name}", mpi, ours),
                           ratio(f"MPI_Allreduce / started all-reduces, {ranks} nodes, {name}", mpi, buckets)]
    check = require(all(len(values) == 1 for values in digests), "all sides' sums have the same bits in every round")
    return Result(
        about=f"Sum of {BYTES // 1_000_000} MB of f32 on virtual nodes, a rank each, median over some repetitions in a process. The limit: the bytes that a rank sends at the "
              "least, 2 (N - 1) / N times the sum's, by the rate that tc lets through.",
        parameters={"rounds": workspace.rounds}, series=series, checks=[check])


class Training:
    """The demo's diffusion model with as many images a rank, together and apart."""

    def __init__(self, workspace: Workspace, nodes: VirtualNodes):
        self.workspace, self.nodes = workspace, nodes
        self.steps = workspace.scaled(15)

    def start(self, ranks: int, first: int, name: str):
        out = self.workspace.folder(name)
        settings = demo.settings(train__steps=self.steps, train__batch_size=IMAGES * ranks, train__log_every_steps=3, train__validate_every_steps=10 * self.steps,
                                 checkpoint__every_steps=10 * self.steps)
        command = [self.workspace.radforge, "train", demo.config(self.workspace, "diffusion"), *settings, "--output", out]
        return self.nodes.start(ranks, first, *command), out

    def together(self, ranks: int) -> float:
        """Seconds of a step of all ranks."""
        run, out = self.start(ranks, 1, "together")
        self.nodes.finish(run)
        return statistics.median(IMAGES * ranks / line["images_per_s"] for line in demo.timing(out)[1:-1])

    def apart(self, ranks: int) -> list:
        """Runs of one rank, beside each other: what the ranks compute where no messages are."""
        runs = [self.start(1, 1 + k, f"apart-{k}") for k in range(ranks)]
        for run, _ in runs:
            self.nodes.finish(run)
        return [out for _, out in runs]

    def link(self, ranks: int) -> tuple[float, float]:
        """Microseconds of one number and GB/s of the bus, as radforge doctor finds them."""
        said = json.loads(self.nodes.run(ranks, self.workspace.radforge, "doctor", "--json", "--output", self.workspace.folder("examined")))
        found = next(finding["found"] for finding in said["findings"] if finding["check"] == "all-reduce")
        rate, latency = re.search(r"(\S+) GB/s over all ranks, (\d+) us", found).groups()
        return float(latency), float(rate)

    def foretold(self, ranks: int, runs: list, link: tuple[float, float]) -> float:
        """Seconds of a step, from the runs apart and the link."""
        latency, rate = link
        path = self.workspace.scratch / "cluster.yaml"
        step_us = latency / 2 / (ranks - 1).bit_length()  # of a number's way up and down a tree
        path.write_text(f"task: cluster\nname: virtual\nnodes: {ranks}\nmemory_gb_per_s: 5\nalgorithm: ring\n"
                        f"network: {{latency_us: {step_us}, gb_per_s: {rate}}}\n", encoding="utf-8")
        steps = []
        for run in runs:
            cost = self.workspace.product("plan", run / "config.yaml", "--cluster", path, "--measured", run, "--json")
            steps += [row["step_s"] for row in json.loads(cost.output)["growing_batch"] if row["ranks"] == ranks]
        return statistics.mean(steps)


def plan(workspace: Workspace) -> Result:
    demo.prepare(workspace)
    series, notes = [], []
    with virtual_nodes(workspace) as nodes:
        training = Training(workspace, nodes)
        for name, rate in [("unshaped", None), *((name, rate) for name, (rate, _) in RATES.items())]:
            nodes.shape(rate)
            for ranks in range(2, NODES + 1):
                link = training.link(ranks)
                found = alternate(workspace.rounds, {"foretold": lambda _turn: training.foretold(ranks, training.apart(ranks), link),
                                                     "measured": lambda _turn: training.together(ranks)}, warm_up=False)
                label = f"{ranks} nodes, {name}"
                foretold, measured = (Series(f"step {kind}, {label}", "s", found[kind]) for kind in ("foretold", "measured"))
                error = [100 * (a / b - 1) for a, b in zip(foretold.values, measured.values, strict=True)]
                series += [foretold, measured, Series(f"foretold beyond measured, {label}", "%", error)]
                notes.append(f"{label}: the doctor finds {link[0]:.0f} us and {link[1]:.3g} GB/s")
    worst = max(abs(statistics.median(one.values)) for one in series if one.unit == "%")
    series.append(Series("largest error of a plan, by medians", "%", [worst], at_most=20))
    return Result(
        about=f"A demo training of {IMAGES} images a rank and step on virtual nodes. Foretold from the same training on one rank, as many of them beside each other, "
              "and from the links as radforge doctor finds them.",
        parameters={"rounds": workspace.rounds, "steps": training.steps}, series=series, notes=notes)
