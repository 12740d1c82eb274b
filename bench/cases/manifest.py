"""Peak memory and time of `radforge prepare` over a table of 565,000 rows with tiny images."""

import pathlib
import sys

from harness import process
from harness.result import Result, Series
from harness.workspace import TOP, Workspace, require

from .prepare import CONFIG

PEAK = TOP / "bench" / "harness" / "peak.py"
FILES = 1000  # tiny images; further names are links to their folder


def make_site(workspace: Workspace, folders: int) -> pathlib.Path:
    site = workspace.folder(f"site-{folders}")
    tiny = workspace.images(FILES, 16, "png") / "images"
    with (site / "metadata.csv").open("w", encoding="utf-8") as table:
        print("image,patient_id,sex,age,view,split,No_Finding", file=table)
        for folder in range(folders):
            (site / f"p{folder:03}").symlink_to(tiny)
            for i in range(FILES):
                row = folder * FILES + i
                print(f"p{folder:03}/{i:05}.png,{row // 3},{'MF'[row // 3 % 2]},{20 + row // 3 % 60},PA,,{row % 2}", file=table)
    return site


def run(workspace: Workspace) -> Result:
    folders = workspace.scaled(565)
    series, peaks = [], {}
    for count, ranks in ((1, 1), (folders, 1), (folders, 2)):
        site = make_site(workspace, count)
        out = workspace.folder("out")
        config = site / "prepare.yaml"
        config.write_text(CONFIG.format(root=site, table="metadata.csv", size=8, rows_per_shard=4096), encoding="utf-8")
        report = workspace.folder("peaks")
        command = [sys.executable, PEAK, report, workspace.radforge, "prepare", config, "--output", out]
        cost = process.run((["mpirun", "-n", ranks, "--bind-to", "none"] if ranks > 1 else []) + command)
        found = [int(file.read_text(encoding="utf-8")) / 1e6 for file in report.iterdir()]
        check = require(len(found) == ranks and (out / "dataset.json").exists(),
                        "every rank reports, and the data set is complete")
        peaks[count, ranks] = max(found)
        what = f"{count * FILES} rows, {ranks} rank{'s' if ranks > 1 else ''}"
        series += [Series(f"peak of a rank, {what}", "MB", [max(found)], at_most=1000),
                   Series(f"time, {what}", "s", [cost.wall_s])]
    grown = (peaks[folders, 1] - peaks[1, 1]) * 1e6 / max(1, (folders - 1) * FILES)
    return Result(
        about=f"{folders * FILES} rows, each with its own image name (links to {FILES} images of 16 px), planned, split by "
              "patient and sharded at 8 px. Once each: a peak is no matter of chance.",
        parameters={"images": folders * FILES},
        series=series,
        checks=[check],
        notes=[f"{grown:.0f} bytes of peak memory a row, beside the {peaks[1, 1]:.0f} MB of {FILES} rows"])
