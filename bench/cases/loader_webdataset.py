"""Images per second of the Loader's random access beside a stream of WebDataset's tars."""

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, require

from .prepare import write_config
from .sides import peaks, rates, with_peak

BATCH = 24
SIZE = 256
TARS = 4
EPOCHS, PEER_EPOCHS = 8, 2
WORKERS = (1, 2)


def run(workspace: Workspace) -> Result:
    count = workspace.scaled(1008, BATCH)
    images = workspace.images(workspace.scaled(1000) * 3, 256, "jpeg")
    dataset, tars = workspace.folder("shards-webdataset"), workspace.folder("tars")
    workspace.product("prepare", write_config(images / "webdataset.yaml", images, count, SIZE), "--output", dataset)
    workspace.peer("load_webdataset", "make", dataset, tars, TARS)
    sides, names = {}, {}
    for workers in WORKERS:
        sides[f"ours {workers}"] = lambda _turn, workers=workers: with_peak(workspace.program("loader", dataset, workers, BATCH, EPOCHS))
        sides[f"theirs {workers}"] = lambda _turn, workers=workers: with_peak(
            workspace.peer("load_webdataset", "load", tars, workers, BATCH, PEER_EPOCHS))
        names |= {f"ours {workers}": f"radforge Loader, threads: {workers}", f"theirs {workers}": f"WebDataset, workers: {workers}"}
    found = alternate(workspace.rounds, sides, warm_up=False)
    digests = {turn["digest"] for turns in found.values() for turn in turns}
    check = require(len(digests) == 1, f"every run's first epoch holds the same {count} ids with the same pixels, each once")
    of = rates(found, names, "", "images/s")
    limit = Series("libdeflate alone, one core, streams in memory", "images/s", [turn["limit_images_per_s"] for turn in found["ours 1"]])
    num_bytes = {what: sum(file.stat().st_size for file in files) / count / 1e3
                 for what, files in (("shards", dataset.glob("shard-*.h5")), ("tars", tars.glob("*.tar")))}
    return Result(
        about=f"{SIZE} px images in page cache, batches of {BATCH}, whole epochs: radforge reads shards in shuffled order, WebDataset tars of PNGs "
              "in the order of the files, which is all it can do. Neither side's start-up nor first epoch counts.",
        parameters={"rounds": workspace.rounds, "images": count, "epochs": f"{EPOCHS} (peer: {PEER_EPOCHS})",
                    "kB an image": ", ".join(f"{what} {size:.1f}" for what, size in num_bytes.items())},
        series=[*of.values(), limit, *(ratio(f"radforge / WebDataset, {workers} worker(s)", of[f"ours {workers}"], of[f"theirs {workers}"], at_least=3)
                                       for workers in WORKERS),
                ratio("radforge with one thread / libdeflate alone", of["ours 1"], limit), *peaks(found, names)],
        checks=[check], notes=["peak memory is that of the largest process"])
