"""How the cost of what radforge does grows with the model, the batch, the images, the ranks and the draws: four sizes each."""

import os
import pathlib
import statistics
from collections.abc import Callable

from harness import process
from harness.growth import growth
from harness.result import Result
from harness.workspace import TOP, Workspace, numbers

from . import demo
from .evaluation import SPLITS, TABLE
from .generate import ROWS, Generation
from .prepare import write_config

THREADS = 2
LINEAR = 1.1  # what is to grow with the size itself, with room for noise
UNETS = ("32,32,64", "32,64,128", "64,128,128", "64,128,256")
BATCHES = (4, 8, 16, 32)
RANKS = (1, 2, 3, 4)


def result(workspace: Workspace, about: str, *series) -> Result:
    return Result(about=f"{about} In each round an exponent is fitted to all sizes: the slope of log(seconds) over log(size).",
                  parameters={"rounds": workspace.rounds}, series=[one for growing in series for one in growing])


def step_of(run: dict, steps: int) -> tuple[float, float]:
    """Arithmetic of a step, and its seconds."""
    return run["flop_per_image"] * run["images"] / steps, run["seconds"] / steps


def train_step(workspace: Workspace, channels: str, batch: int):
    folder = workspace.folder(f"unet-{channels.replace(',', '-')}-{batch}")
    workspace.program("train_step", "make", folder, channels, batch)
    return lambda _turn: step_of(numbers(workspace.program("train_step", "run", folder, "fp32", batch, 6, "cpu", threads=THREADS)), 6)


def classifier_step(workspace: Workspace, batch: int):
    folder = workspace.folder(f"classifier-{batch}")
    workspace.program("classifier_step", "make", folder, "resnet18", 64, batch)
    return lambda _turn: step_of(numbers(workspace.program("classifier_step", "train", folder, "fp32", batch, 10, "cpu", threads=THREADS)), 10)


def sampling(workspace: Workspace, channels: str, batch: int):
    folder = workspace.folder(f"pipeline-{channels.replace(',', '-')}-{batch}")
    workspace.program("sample_images", "make", folder, channels, 16)
    return lambda _turn: step_of(numbers(workspace.program("sample_images", "run", folder, "ddim", "fp32", batch, 4, 1, "cpu", threads=THREADS)), 1)


def model(workspace: Workspace) -> Result:
    return result(workspace, "Models of four widths at one batch; the size is the counted arithmetic.",
                  growth(workspace.rounds, "training step of a UNet, batch 8",
                         {channels: train_step(workspace, channels, 8) for channels in UNETS}, 1, LINEAR),
                  growth(workspace.rounds, "4 DDIM steps, batch 8", {channels: sampling(workspace, channels, 8) for channels in UNETS}, 1, LINEAR))


def batch(workspace: Workspace) -> Result:
    return result(workspace, "One model at four batches; the size is the batch's arithmetic.",
                  growth(workspace.rounds, "training step of a UNet (32,64,128)",
                         {f"batch {size}": train_step(workspace, "32,64,128", size) for size in BATCHES}, 1, LINEAR),
                  growth(workspace.rounds, "training step of ResNet-18, 64 px",
                         {f"batch {size}": classifier_step(workspace, size) for size in BATCHES}, 1, LINEAR),
                  growth(workspace.rounds, "4 DDIM steps (32,64,128)",
                         {f"batch {size}": sampling(workspace, "32,64,128", size) for size in BATCHES}, 1, LINEAR))


class Beyond:
    """Seconds of a command at some size beyond those at a size that is next to nothing, which are taken once a round."""

    def __init__(self, seconds: Callable[[int], float], nothing: int):
        self.seconds, self.nothing, self.start = seconds, nothing, {}

    def __call__(self, size: int) -> Callable[[int], tuple[float, float]]:
        def once(turn: int) -> tuple[float, float]:
            if turn not in self.start:
                self.start[turn] = self.seconds(self.nothing)
            return size, self.seconds(size) - self.start[turn]

        return once


def prepare(workspace: Workspace, count: int, folder: pathlib.Path) -> float:
    config = write_config(folder / f"growth-{count}.yaml", folder, count, 64)
    return workspace.product("prepare", config, "--output", workspace.folder("grown")).wall_s


def random_shards(workspace: Workspace, num_shards: int, rows: int, side: int):
    folder = workspace.folder(f"random-{num_shards}-{rows}-{side}")
    workspace.program("make_shards", folder, num_shards, rows, side, 1)
    return folder


def epoch(workspace: Workspace, num_shards: int):
    folder = random_shards(workspace, num_shards, 768, 64)

    def once(_turn: int) -> tuple[float, float]:
        run = numbers(workspace.program("loader", folder, 1, 24, 4))
        return run["images"] / 4, run["seconds"] / 4

    return once


def evaluate(workspace: Workspace, num_draws: int) -> float:
    return workspace.product("evaluate", "--predictions", TABLE, "--set", f"subgroups=[{', '.join(SPLITS)}]", "--set",
                             f"bootstrap.num_draws={num_draws}", "--output", workspace.folder("evaluation")).wall_s


def generate(workspace: Workspace, count: int):
    generation = Generation(workspace, count)
    return lambda _turn: (count, generation.run(f"grown-{count}", 1)["seconds"])


def images(workspace: Workspace) -> Result:
    largest = workspace.scaled(4000, 8)
    folder = workspace.images(largest, 256, "jpeg")
    few = workspace.scaled(4, 2)  # shards
    sets = {num_shards: random_shards(workspace, num_shards, 4096, 8) for num_shards in (1, *(few * k for k in (2, 4, 8, 16)))}
    prepared = Beyond(lambda count: prepare(workspace, count, folder), 1)
    verified = Beyond(lambda num_shards: workspace.product("verify", sets[num_shards]).wall_s, 1)
    return result(workspace, "Data sets of four sizes. Seconds of prepare are those beyond one image's, seconds of verify those beyond one shard's.",
                  growth(workspace.rounds, "prepare, 256 px to 64 px",
                         {f"{count} images": prepared(count) for count in (largest // 8, largest // 4, largest // 2, largest)}, 1, LINEAR),
                  growth(workspace.rounds, "an epoch of the Loader, 64 px, 1 thread",
                         {f"{768 * few // 2 * k} images": epoch(workspace, few // 2 * k) for k in (1, 2, 4, 8)}, 1, LINEAR),
                  growth(workspace.rounds, "verify, images of 8 px",
                         {f"{4096 * few * k} images": verified(few * k) for k in (2, 4, 8, 16)}, 1, LINEAR),
                  growth(workspace.rounds, "generate, 32 px, 10 steps",
                         {f"{ROWS * few // 2 * k} images": generate(workspace, ROWS * few // 2 * k) for k in (1, 2, 4, 8)}, 1, LINEAR))


def all_reduce(workspace: Workspace, ranks: int):
    command = ["mpirun", "-n", ranks, "--bind-to", "none", workspace.programs / "bench_all_reduce", "ours", 35_000_000]
    return lambda _turn: (ranks, numbers(process.run(command))["seconds"])


def demo_step(workspace: Workspace, ranks: int):
    cores = min(ranks, len(os.sched_getaffinity(0)))

    def once(turn: int) -> tuple[float, float]:
        lines = demo.train(workspace, "diffusion", workspace.folder(f"demo-grown-{ranks}-{turn}"), ranks=ranks, train__steps=20, train__log_every_steps=5)
        return ranks, cores * statistics.median(demo.BATCH / line["images_per_s"] for line in lines[1:-1])

    return once


def ranks(workspace: Workspace) -> Result:
    demo.prepare(workspace)
    return result(workspace, "Ranks of one machine with a thread each, more than it has cores too. An all-reduce of as many bytes a rank moves as many times "
                  "more in all; of a training step of one global batch the seconds times the cores in use stay the same.",
                  growth(workspace.rounds, "all_reduce of 35 MB a rank (one rank has nothing to do)",
                         {f"{count} ranks": all_reduce(workspace, count) for count in RANKS[1:]}, 1, 1.5),
                  growth(workspace.rounds, f"training step of the demo, batch {demo.BATCH}, times the cores in use",
                         {f"{count} rank(s)": demo_step(workspace, count) for count in RANKS}, 0, 0.15))


def draws(workspace: Workspace) -> Result:
    evaluated = Beyond(lambda count: evaluate(workspace, count), 0)
    return result(workspace, f"radforge evaluate of {TABLE.relative_to(TOP)}, 1 thread: seconds beyond those of no draws.",
                  growth(workspace.rounds, "evaluate", {f"{workspace.scaled(k)} draws": evaluated(workspace.scaled(k)) for k in (1000, 2000, 4000, 8000)}, 1, LINEAR))
