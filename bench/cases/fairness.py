"""Seconds from a table of predictions to the rates of all subgroups and their gaps, beside fairlearn and scikit-learn."""

import csv
import math
import pathlib

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, require

from .evaluation import TABLE
from .sides import with_peak

SPLITS = ["sex", "age_group", "view", "sex + age_group", "sex + view", "age_group + view"]
METRICS = ("auroc", "false_positive_rate", "false_negative_rate", "selection_rate")


def found_by_radforge(folder: pathlib.Path) -> dict[str, float]:
    values = {}
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["metric"] in METRICS and row["value"] and row["label"] not in ("macro", "weighted") and row["subgroup"] != "all":
                ending = {"value": "", "gap_max_min": " gap"}.get(row["measure"])
                if ending is not None:
                    values[f"{row['label']} {row['subgroup']} {row['metric']}{ending}"] = float(row["value"])
    return values


def run(workspace: Workspace) -> Result:
    out = workspace.scratch / "fairness"

    def ours(_turn: int):
        workspace.folder("fairness")
        return workspace.product("evaluate", "--predictions", TABLE, "--set", f"subgroups=[{', '.join(SPLITS)}]", "--set", "bootstrap.num_draws=0",
                                 "--set", "bootstrap.num_permutations=0", "--output", out)

    def peer(turn: int) -> dict:
        return with_peak(workspace.peer("fairness", TABLE, turn, *SPLITS))

    found = alternate(workspace.rounds, {"ours": ours, "peer": peer}, warm_up=False)
    values = found_by_radforge(out)
    theirs = {name: value for turn in found["peer"] for name, value in turn["values"].items()}
    labels = {name.split(" ")[0] for name in theirs}
    same = {name: value for name, value in values.items() if name.split(" ")[0] in labels}
    checks = [require(same.keys() == theirs.keys() and all(math.isclose(same[name], theirs[name], rel_tol=1e-12, abs_tol=1e-12) for name in theirs),
                      f"{len(theirs):,} rates and gaps of {len(labels)} findings are equal")]
    rate = Series("radforge evaluate of all findings, the whole command", "values/s", [len(values) / cost.wall_s for cost in found["ours"]])
    peer_rate = Series("fairlearn and scikit-learn, of one finding, table in memory", "values/s",
                       [len(turn["values"]) / turn["seconds"] for turn in found["peer"]])
    return Result(
        about="22,433 images, 14 findings: AUROC, both error rates and the selection rate at the threshold of the highest F1, in the groups of three "
              "attributes and of their crossings, and the gaps between groups; no intervals. One thread. radforge gives nine more metrics, five "
              "more gaps, curves and their files with it; the packages of Python are given another finding in each round, as all take minutes.",
        parameters={"rounds": workspace.rounds, "splits": ", ".join(SPLITS), "values": len(values)},
        series=[rate, peer_rate, ratio("radforge, the whole command / Python, table in memory", rate, peer_rate, at_least=10),
                Series("radforge evaluate, the whole command", "s", [cost.wall_s for cost in found["ours"]]),
                Series("peak memory of radforge", "MB", [cost.peak_bytes / 1e6 for cost in found["ours"]]),
                Series("peak memory of fairlearn and scikit-learn", "MB", [turn["peak"] / 1e6 for turn in found["peer"]])],
        checks=checks)
