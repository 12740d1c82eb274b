"""Images per second and core of `radforge prepare` beside Pillow + h5py."""

import csv
import pathlib

from harness.alternate import alternate
from harness.process import Cost
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

CONFIG = """task: images
sites: [{{name: bench, root: {root}, table: {table}}}]
findings: [No_Finding]
image: {{size: {size}, fit: pad, filter: lanczos}}
split: {{source: provider}}
rows_per_shard: {rows_per_shard}
"""


def write_config(path: pathlib.Path, root: pathlib.Path, count: int, size: int, rows_per_shard: int = 512) -> pathlib.Path:
    """A configuration that prepares the first `count` images of the folder `root`."""
    with (root / "metadata.csv").open(newline="", encoding="utf-8") as whole:
        rows = list(csv.reader(whole))[: count + 1]
    table = f"first-{count}.csv"
    with (root / table).open("w", newline="", encoding="utf-8") as part:
        csv.writer(part).writerows(rows)
    path.write_text(CONFIG.format(root=root, table=table, size=size, rows_per_shard=rows_per_shard), encoding="utf-8")
    return path


def rates(costs: list[dict[int, Cost]], few: int, many: int, what: str, limit: list[float]) -> list[Series]:
    """Per round: images a second of the wall clock, of the processor's time, both without start-up; and of the whole program."""
    wall = [(many - few) / (cost[many].wall_s - cost[few].wall_s) for cost in costs]
    processor = [(many - few) / (cost[many].cpu_s - cost[few].cpu_s) for cost in costs]
    whole = [many / cost[many].wall_s for cost in costs]
    return [Series(f"{what}, by wall clock", "images/s", wall, limit=limit),
            Series(f"{what}, by processor time", "images/core-s", processor),
            Series(f"{what}, {many} images with start-up", "images/s", whole)]


def run(workspace: Workspace, count: int, side: int, kind: str, size: int) -> Result:
    few, many = count, 3 * count
    images = workspace.images(many, side, kind)
    configs = {number: write_config(images / f"first-{number}.yaml", images, number, size) for number in (few, many)}

    def product(_turn: int) -> dict[int, Cost]:
        return {number: workspace.product("prepare", config, "--output", workspace.folder(f"ours-{number}"))
                for number, config in configs.items()}

    def peer(_turn: int) -> dict[int, Cost]:
        out = workspace.folder("theirs")
        return {number: workspace.peer("prepare_images", images, number, size, out / f"{number}.h5") for number in configs}

    files = sorted((images / "images").iterdir())[:few]
    sides = {"radforge": product, "peer": peer, "stages": lambda _turn: numbers(workspace.program("prepare_stages", size, *files))}
    costs = alternate(workspace.rounds, sides)
    ours_at, theirs_at = workspace.scratch / f"ours-{many}", workspace.scratch / "theirs" / f"{many}.h5"
    compared = numbers(workspace.peer("compare_images", ours_at, theirs_at))
    check = require(compared["images"] == many and compared["largest_difference"] <= 1,
                    f"the {compared['images']} images are the same within one grey level (largest difference "
                    f"{compared['largest_difference']}, in {compared['differing_fraction']:.2%} of the pixels)")
    limit = [1e3 / sum(stages.values()) for stages in costs["stages"]]
    ours, theirs = rates(costs["radforge"], few, many, "radforge prepare", limit), rates(costs["peer"], few, many, "Pillow + h5py", limit)
    stages = {"radforge": costs["stages"][-1], "Pillow, zlib": numbers(workspace.peer("prepare_images", "--stages", images, few, size))}
    file_kb = sum(file.stat().st_size for file in files) / len(files) / 1000
    return Result(
        about=f"{side} px grey {kind.upper()} to {size} px (Lanczos, gzip 4, one chunk a row): one rank with one thread beside "
              "a Python program that does the same by Pillow and h5py. Files in page cache; start-up is taken out by the "
              "difference of two numbers of images, except where stated. The limit: radforge's reading, decoding, resizing and packing, "
              "each alone on one core.",
        parameters={"rounds": workspace.rounds, "images": f"{few} and {many}", "mean file": f"{file_kb:.0f} kB"},
        series=[*ours, *theirs, ratio("radforge / peer, by wall clock", ours[0], theirs[0], at_least=2),
                ratio("radforge / peer, by processor time", ours[1], theirs[1], at_least=2),
                ratio("radforge / peer, with start-up", ours[2], theirs[2])],
        checks=[check],
        notes=[f"{who}, ms an image, each stage alone: " + ", ".join(f"{stage} {ms:.3f}" for stage, ms in spent.items())
               for who, spent in stages.items()])


def run_256_to_64(workspace: Workspace) -> Result:
    return run(workspace, workspace.scaled(600), 256, "jpeg", 64)


def run_1024_to_512(workspace: Workspace) -> Result:
    return run(workspace, workspace.scaled(120), 1024, "png", 512)
