"""Seconds of the distances between two sets of features, beside torchmetrics, SciPy, scikit-learn and prdc."""

import math

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, require

from .sides import peaks, with_peak

THREADS = 2
IMAGES, FEATURES = 4000, 512
NAMES = {"ours": "radforge", "peer": "the packages of Python"}
PARTS = {"frechet_s": ("Frechet distance", "torchmetrics"), "kernel_s": ("kernel distance of all pairs", "scikit-learn"),
         "neighbours_s": ("precision, recall, density and coverage", "prdc")}


def run(workspace: Workspace) -> Result:
    features = workspace.folder("features") / "features.safetensors"
    count = workspace.scaled(IMAGES)
    workspace.program("quality", "make", features, count, FEATURES)
    found = alternate(workspace.rounds, {"ours": lambda _turn: with_peak(workspace.program("quality", "run", features, threads=THREADS)),
                                         "peer": lambda _turn: with_peak(workspace.peer("quality", features, threads=THREADS))}, warm_up=False)
    ours, theirs = (found[side][0]["values"] for side in ("ours", "peer"))
    theirs |= {"frechet by SciPy": found["peer"][0]["frechet_by_scipy"]}
    ours |= {"frechet by SciPy": ours["frechet"]}
    # A distance on the edge of a ball may round to the other side: a share may differ by a few images.
    bound = {name: 1e-6 * abs(theirs[name]) if name.startswith(("frechet", "kernel")) else 1e-3 for name in theirs}
    checks = [require(ours.keys() == theirs.keys() and all(math.isclose(ours[name], theirs[name], rel_tol=0, abs_tol=bound[name]) for name in theirs),
                      f"{', '.join(f'{name} {value:.6g}' for name, value in ours.items())} agree: distances within 1e-6 of their size, shares "
                      "within 0.001")]
    series, ratios = [], []
    for key, (what, package) in PARTS.items():
        seconds = {side: Series(f"{what}, {name}", "s", [turn[key] for turn in found[side]]) for side, name in (("ours", "radforge"), ("peer", package))}
        series += seconds.values()
        ratios.append(ratio(f"{package} / radforge, {what}", seconds["peer"], seconds["ours"], at_least=1))
    by_scipy = Series("Frechet distance, SciPy's sqrtm", "s", [turn["scipy_s"] for turn in found["peer"]])
    ratios.append(ratio("SciPy / radforge, Frechet distance", by_scipy, series[0]))
    return Result(
        about=f"{count} real and as many synthetic images with {FEATURES} features each, in fp64 on both sides. Reading them does not count.",
        parameters={"rounds": workspace.rounds, "threads": THREADS}, series=[*series, by_scipy, *ratios, *peaks(found, NAMES)], checks=checks,
        notes=["prdc starts eight threads of scikit-learn whatever it is given"])
