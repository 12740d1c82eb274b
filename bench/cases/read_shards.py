"""Rows a second out of shards: ShardReader beside h5py, in the order of the files and in a random one."""

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, require

from .prepare import write_config
from .sides import peaks, rates, with_peak

PASSES = {64: 30, 256: 4}  # by side of the images
PEER_PASSES = {64: 3, 256: 1}
NAMES = {"ours sequential": "ShardReader, in order", "theirs sequential": "h5py, in blocks of 64 rows", "ours random": "ShardReader, at random",
         "theirs random": "h5py, at random", "theirs chunks": "h5py's stored chunks and zlib, at random"}


def run(workspace: Workspace) -> Result:
    images = workspace.images(workspace.scaled(1000) * 3, 256, "jpeg")
    count = workspace.scaled(1000)
    series, checks = [], []
    for size in PASSES:
        dataset = workspace.folder(f"shards-read-{size}")
        workspace.product("prepare", write_config(images / f"read-{size}.yaml", images, count, size), "--output", dataset)

        def ours(order: str):
            return lambda _turn: with_peak(workspace.program("read_shards", order, dataset, PASSES[size]))

        def theirs(mode: str):
            return lambda _turn: with_peak(workspace.peer("read_shards", mode, dataset, PEER_PASSES[size]))

        found = alternate(workspace.rounds, {"ours sequential": ours("sequential"), "theirs sequential": theirs("sequential"),
                                             "ours random": ours("random"), "theirs random": theirs("random"), "theirs chunks": theirs("chunks")},
                          warm_up=False)
        label = f", {size} px"
        digests = {turn["digest"] for turns in found.values() for turn in turns}
        checks.append(require(len(digests) == 1, f"{size} px: every run's first pass holds the same {count} ids with the same pixels"))
        of = rates(found, NAMES, label, "images/s")
        limit = Series(f"libdeflate alone, streams in memory{label}", "images/s", [turn["limit_images_per_s"] for turn in found["ours random"]])
        series += [*of.values(), limit,
                   ratio(f"ShardReader / h5py, in order{label}", of["ours sequential"], of["theirs sequential"], at_least=1.5),
                   ratio(f"ShardReader / h5py, at random{label}", of["ours random"], of["theirs random"], at_least=1.5),
                   ratio(f"ShardReader / h5py's stored chunks and zlib, at random{label}", of["ours random"], of["theirs chunks"]),
                   ratio(f"ShardReader at random / libdeflate alone{label}", of["ours random"], limit), *peaks(found, NAMES, label)]
    return Result(
        about="One thread reads each row of shards in page cache, gzip 4, an image a chunk. Files are open, h5py has no cache of chunks; the first pass does not "
              "count.",
        parameters={"rounds": workspace.rounds, "images": count}, series=series, checks=checks)
