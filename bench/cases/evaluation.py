"""Draws of patients a second of `radforge evaluate` beside scikit-learn in a loop."""

import csv
import math

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import TOP, Workspace, numbers, require

TABLE = TOP / "data" / "nih-predictions" / "predictions.csv.gz"
SPLITS = ["sex + age_group", "sex + view", "age_group + view"]
THREADS_AND_RANKS = {"1 thread": (1, 1), "2 threads": (2, 1), "2 ranks": (1, 2)}
WITHOUT = "without draws"


def aurocs(folder) -> dict[str, float]:
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return {f"{row['label']} {row['subgroup']}": float(row["value"]) for row in csv.DictReader(file)
                if row["metric"] == "auroc" and row["measure"] == "value" and row["value"] and row["label"] not in ("macro", "weighted")}


def measure(workspace: Workspace, names: list[str], peer_draws: int, has_start: bool) -> Result:
    draws = workspace.scaled(2000)
    found_by_us = {}

    def ours(threads: int, ranks: int, count: int = draws):
        def once(_turn: int):
            out = workspace.folder("evaluation")
            cost = workspace.product("evaluate", "--predictions", TABLE, "--set", f"subgroups=[{', '.join(SPLITS)}]", "--set",
                                     f"bootstrap.num_draws={count}", "--output", out, threads=threads, ranks=ranks)
            found_by_us.update(aurocs(out))
            return cost

        return once

    sides = {name: ours(*THREADS_AND_RANKS[name]) for name in names}
    if has_start:
        sides[WITHOUT] = ours(2, 1, 0)
    sides |= {"scikit-learn": lambda _turn: numbers(workspace.peer("bootstrap_auroc", TABLE, peer_draws, *SPLITS))}
    found = alternate(workspace.rounds, sides)
    theirs = found["scikit-learn"][-1]["values"]
    checks = [require(theirs.keys() == found_by_us.keys() and all(math.isclose(theirs[key], found_by_us[key], rel_tol=1e-12) for key in theirs),
                      f"{len(theirs)} values without drawing are equal")]
    peer = Series("scikit-learn in a loop, one process", "draws/s", [turn["draws"] / turn["seconds"] for turn in found["scikit-learn"]])
    series, ratios = [], []
    for name in names:
        rates = Series(f"radforge, {name}, with start-up", "draws/s", [draws / cost.wall_s for cost in found[name]])
        series.append(rates)
        ratios.append(ratio(f"radforge, {name} / scikit-learn", rates, peer, at_least=50 if name == "2 threads" else None))
    whole = Series(f"the whole command, 2 threads, {draws} draws", "s", [cost.wall_s for cost in found["2 threads"]], at_most=20)
    start = [Series("the whole command without draws, 2 threads", "s", [cost.wall_s for cost in found[WITHOUT]])] if has_start else []
    peak = Series("peak memory, 2 threads", "MB", [cost.peak_bytes / 1e6 for cost in found["2 threads"]], at_most=1000)
    return Result(
        about="22,433 images of 6,187 patients, 14 findings, all images and the groups of all crossings of two of sex, age group and view. "
              "scikit-learn gives AUROC alone; radforge thirteen metrics, their means over labels, gaps of every split and the files.",
        parameters={"rounds": workspace.rounds, "draws": draws, "draws of the peer": peer_draws, "groups": len({key.split(' ', 1)[1] for key in theirs})},
        series=[*series, peer, *ratios, whole, *start, peak], checks=checks)


def run(workspace: Workspace) -> Result:
    return measure(workspace, ["2 threads"], peer_draws=1, has_start=False)


def run_all(workspace: Workspace) -> Result:
    return measure(workspace, list(THREADS_AND_RANKS), peer_draws=2, has_start=True)
