"""Bytes per second of `radforge verify` beside what the page cache and the digest allow."""

import shutil

from harness import process
from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

ROWS_PER_SHARD = 4096
FEW, MANY = 4, 16  # shards of 270 MB


def run(workspace: Workspace) -> Result:
    rows = workspace.scaled(ROWS_PER_SHARD)
    sets = {}
    for number in (FEW, MANY):
        sets[number] = workspace.folder(f"random-{number}")
        workspace.program("make_shards", sets[number], number, rows, 256, 1)
    shards = {number: sorted(folder.glob("shard-*.h5")) for number, folder in sets.items()}
    num_bytes = {number: sum(file.stat().st_size for file in files) for number, files in shards.items()}
    more = num_bytes[MANY] - num_bytes[FEW]
    outputs = []

    def product(_turn: int) -> dict[int, process.Cost]:
        costs = {number: workspace.product("verify", folder) for number, folder in sets.items()}
        outputs.extend(cost.output for cost in costs.values())
        return costs

    def limit(mode: str):
        return lambda _turn: numbers(workspace.program("read_rates", mode, *shards[MANY]))

    sides = {"verify": product, "read": limit("read"), "digest": limit("digest"), "both": limit("both")}
    if xxhsum := shutil.which("xxhsum"):
        sides["xxhsum"] = lambda _turn: process.run([xxhsum, "-q", "-H2", *shards[MANY]])
    found = alternate(workspace.rounds, sides)
    check = require(all("every digest holds" in output for output in outputs), "verify found every digest to hold in every round")

    def rate(side: str, seconds: str) -> list[float]:
        return [run["bytes"] / run[seconds] / 1e9 for run in found[side]]

    def wall(name: str, side: str) -> Series:
        return Series(f"{name}, by wall clock", "GB/s", rate(side, "seconds"))

    def core(name: str, side: str) -> Series:
        return Series(f"{name}, by processor time", "GB/core-s", rate(side, "cpu_s"))

    ours = "radforge verify"
    verify = Series(f"{ours}, by wall clock", "GB/s",
                    [more / (costs[MANY].wall_s - costs[FEW].wall_s) / 1e9 for costs in found["verify"]],
                    limit=rate("both", "seconds"))
    verify_core = Series(f"{ours}, by processor time", "GB/core-s",
                         [more / (costs[MANY].cpu_s - costs[FEW].cpu_s) / 1e9 for costs in found["verify"]],
                         limit=rate("both", "cpu_s"))
    startup = Series(f"{ours} of {num_bytes[FEW] / 1e9:.2f} GB with start-up", "GB/s",
                     [num_bytes[FEW] / costs[FEW].wall_s / 1e9 for costs in found["verify"]])
    names = {"read": "read(2) into 1 MiB", "digest": "XXH3-128 of 1 MiB in cache", "both": "read(2), then XXH3-128, of each MiB"}
    by_wall = {side: wall(name, side) for side, name in names.items()}
    by_core = {side: core(name, side) for side, name in names.items()}
    series = [verify, *by_wall.values(), verify_core, *by_core.values(), startup]
    if xxhsum:
        theirs = [num_bytes[MANY] / cost.wall_s / 1e9 for cost in found["xxhsum"]]
        series.append(Series("xxhsum -H2, by wall clock", "GB/s", theirs))
    series += [ratio(f"{ours} / read(2), by wall clock", verify, by_wall["read"], at_least=0.6),
               ratio(f"{ours} / read(2), by processor time", verify_core, by_core["read"], at_least=0.6)]
    return Result(
        about="One rank over shards of random 256 px images in page cache. Start-up is taken out by the difference of two data "
              "sets. The limit is read(2), then XXH3-128, of each MiB.",
        parameters={"rounds": workspace.rounds, "data sets": " and ".join(f"{size / 1e9:.2f} GB" for size in num_bytes.values())},
        series=series,
        checks=[check],
        notes=[] if xxhsum else ["xxhsum is not installed here"])
