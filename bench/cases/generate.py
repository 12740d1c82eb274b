"""Generation by ranks: two beside two single runs, one of them slowed, and how shards are written beside h5py."""

import contextlib
import os
import pathlib
import signal
import statistics
import subprocess
import threading
import time

from harness.alternate import alternate
from harness.process import environment
from harness.result import Result, Series, ratio
from harness.workspace import TOP, Workspace, numbers, require

from . import demo

LEVEL = 4  # GenerateConfig's
BATCH, ROWS = 16, 32


def write_shards(workspace: Workspace) -> Result:
    """Real radiographs of 64 pixels, and enlarged ones of 256."""
    images = workspace.images(workspace.scaled(1000), 256, "jpeg")
    config = workspace.scratch / "write-256.yaml"
    config.write_text(f"task: images\nsites:\n  - {{name: bench, root: {images}}}\nimage: {{size: 256}}\nrows_per_shard: 256\n", encoding="utf-8")
    large = workspace.folder("write-256")
    workspace.product("prepare", config, "--output", large)
    series, notes = [], []
    for side, dataset in ((64, demo.dataset(workspace)), (256, large)):
        def ours(threads):
            return lambda _turn: numbers(workspace.program("write_shards", dataset, workspace.folder("written"), LEVEL, threads))

        def theirs(_turn):
            return numbers(workspace.peer("write_shards", dataset, workspace.folder("written"), LEVEL))

        names = {1: "radforge, 1 thread", 2: "radforge, 2 threads"}
        found = alternate(workspace.rounds, {names[1]: ours(1), names[2]: ours(2), "h5py": theirs})
        limits = {name: [turn["limit_bytes_per_s"] / 1e6 for turn in found[name]] for name in names.values()}
        limits["h5py"] = limits[names[1]]
        rates = {name: Series(f"{name}, {side} px", "MB/s", [turn["pixel_bytes"] / turn["seconds"] / 1e6 for turn in turns], limit=limits[name])
                 for name, turns in found.items()}
        series += [*rates.values(), ratio(f"{names[1]} / h5py, {side} px", rates[names[1]], rates["h5py"]),
                   ratio(f"{names[2]} / h5py, {side} px", rates[names[2]], rates["h5py"], at_least=3)]
        series += [Series(f"{name}, {side} px: bytes of pixels by bytes of the file", "", [found[name][0]["pixel_bytes"] / found[name][0]["num_bytes"]])
                   for name in (names[1], "h5py")]
        notes.append(f"{side} px: {found['h5py'][0]['images']} images")
    return Result(
        about=f"Shards of grey radiographs from memory, gzip level {LEVEL}, a row a chunk. radforge packs rows on threads, as generate does, writes all columns, takes "
              "two digests a row and one of the file, reads the file back and syncs it; h5py writes the pixels and syncs. The images of 64 "
              "pixels are those of data/open-cxr as the demo prepares them; the larger ones have grain, which nothing compresses. The limit is "
              "libdeflate alone on as many threads.",
        parameters={"rounds": workspace.rounds, "level": LEVEL}, series=series, checks=[], notes=notes)


class Generation:
    """configs/test's cohort with a pipeline of the sampling case, on folders of their own."""

    def __init__(self, workspace: Workspace, num_images: int):
        self.workspace, self.num_images = workspace, num_images
        folder = workspace.folder("made")
        workspace.program("sample_images", "make", folder, "32,64,64", 8)
        self.pipeline = folder / "pipeline"

    def arguments(self, out: pathlib.Path) -> list:
        values = {"pipeline": self.pipeline, "sheet.real_dataset": "''", "cohort.num_images": self.num_images, "sampler.steps": 10,
                  "batch_size": BATCH, "rows_per_shard": ROWS}
        return ["generate", TOP / "configs" / "test" / "generate.yaml", "--output", out,
                *(word for key, value in values.items() for word in ("--set", f"{key}={value}"))]

    def run(self, name: str, ranks: int) -> dict:
        """Seconds of making shards, and the share of the ranks' time that networks took, from timing.jsonl."""
        out = self.workspace.folder(name)
        self.workspace.product(*self.arguments(out), ranks=ranks)
        return demo.timing(out)[-1]


@contextlib.contextmanager
def at_half_speed(pid: int):
    """The process stands still every other fiftieth of a second."""
    done = threading.Event()

    def hold():
        with contextlib.suppress(ProcessLookupError):  # it is at its end
            while not done.is_set():
                os.kill(pid, signal.SIGSTOP)
                time.sleep(0.02)
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.02)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def ranks(workspace: Workspace) -> Result:
    """Two ranks make twice the images of one in its time, were they two runs."""
    count = workspace.scaled(12) * ROWS
    whole, half = Generation(workspace, 2 * count), Generation(workspace, count)

    def two_ranks(_turn):
        return whole.run("two-ranks", 2)

    def two_runs(_turn):
        runs = [subprocess.Popen(list(map(str, [workspace.radforge, *half.arguments(workspace.folder(f"alone-{k}"))])), env=environment(1),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for k in range(2)]
        require(all(run.wait() == 0 for run in runs), "two runs beside each other end well")
        lines = [demo.timing(workspace.scratch / f"alone-{k}")[-1] for k in range(2)]
        return {key: statistics.mean(line[key] for line in lines) for key in ("seconds", "network_share")}

    found = alternate(workspace.rounds, {"ranks": two_ranks, "runs": two_runs})
    rates = {name: Series(label, "images/s", [2 * count / turn["seconds"] for turn in found[name]])
             for name, label in (("ranks", "one run on 2 ranks x 1 thread"), ("runs", "two runs of 1 rank x 1 thread beside each other"))}
    others = {name: [100 * (1 - turn["network_share"]) for turn in turns] for name, turns in found.items()}
    return Result(
        about=f"radforge generate of {2 * count} images of 32 x 32 in shards of {ROWS}, 10 steps with guidance, beside two runs of half as many "
              "each. Seconds from the first claim to the last shard, from timing.jsonl.",
        parameters={"rounds": workspace.rounds, "images": 2 * count},
        series=[*rates.values(), ratio("2 ranks / two runs", rates["ranks"], rates["runs"], at_least=0.95),
                Series("one run of 1 rank: time that is not the networks'", "%", others["runs"], at_most=2),
                Series("2 ranks: the same, with the wait for the last shard", "%", others["ranks"])])


def slow_rank(workspace: Workspace) -> Result:
    """One of two ranks stands still half of the time."""
    count = workspace.scaled(16) * ROWS
    generation = Generation(workspace, count)
    over = []
    alone = [generation.run(f"quick-{k}", 2) for k in range(workspace.rounds)]
    block_s = statistics.median(turn["seconds"] for turn in alone) * 2 / (count / ROWS)
    for turn in range(workspace.rounds):
        out = workspace.folder(f"slowed-{turn}")
        command = ["mpirun", "-n", "2", "--bind-to", "none", str(workspace.radforge), *map(str, generation.arguments(out))]
        run = subprocess.Popen(command, env=environment(1), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while len(children.read_text().split()) < 2 or not (out / "plan.csv").exists():
            time.sleep(0.005)
        with at_half_speed(int(children.read_text().split()[1])):
            require(run.wait() == 0, "the slowed run ends well")
        seconds = demo.timing(out)[-1]["seconds"]
        ideal = block_s * (count / ROWS) / 1.5
        over.append((seconds - ideal) / (2 * block_s))
    return Result(
        about=f"radforge generate of {count} images in {count // ROWS} shards on 2 ranks x 1 thread, one of which is stopped half of the time. "
              "Ideal: the shards' work, measured on the same ranks undisturbed, by one and a half ranks.",
        parameters={"rounds": workspace.rounds, "images": count, "seconds of a shard": round(block_s, 3)},
        series=[Series("what is beyond the ideal, in shards of the slowed rank", "", over, at_most=1)])
