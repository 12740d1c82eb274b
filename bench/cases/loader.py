"""Images per second of random access over shards: the Loader beside torch's DataLoader over h5py."""

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

from .prepare import write_config

BATCH = 24


def run(workspace: Workspace, size: int, epochs: int, peer_epochs: int) -> Result:
    count = workspace.scaled(1800, BATCH)
    images = workspace.images(count, 256, "jpeg")
    dataset = workspace.folder(f"shards-{size}")
    workspace.product("prepare", write_config(images / f"loader-{size}.yaml", images, count, size), "--output", dataset)

    def product(threads: int):
        return lambda _turn: numbers(workspace.program("loader", dataset, threads, BATCH, epochs))

    def peer(workers: int):
        return lambda _turn: numbers(workspace.peer("load_images", dataset, workers, BATCH, peer_epochs))

    found = alternate(workspace.rounds, {"ours 1": product(1), "theirs 1": peer(1), "ours 2": product(2), "theirs 2": peer(2)})
    digests = {run["digest"] for runs in found.values() for run in runs}
    check = require(len(digests) == 1,
                    f"every run's first epoch holds the same {count} ids with the same pixels, each once")
    rate = {name: [run["images"] / run["seconds"] for run in runs] for name, runs in found.items()}
    who = {"ours": "radforge Loader, threads", "theirs": "torch DataLoader over h5py, workers"}
    alone = [run["limit_images_per_s"] for run in found["ours 1"]]
    series = {name: Series(f"{who[name[:-2]]}: {name[-1]}", "images/s", values, limit=[int(name[-1]) * limit for limit in alone])
              for name, values in rate.items()}
    return Result(
        about=f"Random access over {size} px shards in page cache, batches of {BATCH} images, whole epochs in shuffled order. "
              "Neither side's start-up nor first epoch counts. The limit is libdeflate alone on streams in memory, times threads.",
        parameters={"rounds": workspace.rounds, "images": count, "epochs": f"{epochs} (peer: {peer_epochs})"},
        series=[*series.values(), ratio("radforge / peer, one worker", series["ours 1"], series["theirs 1"], at_least=3),
                ratio("radforge / peer, two workers", series["ours 2"], series["theirs 2"], at_least=3)],
        checks=[check])


def run_64(workspace: Workspace) -> Result:
    return run(workspace, 64, 30, 4)


def run_256(workspace: Workspace) -> Result:
    return run(workspace, 256, 6, 3)
