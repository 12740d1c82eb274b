"""Bytes per second of a weights file into a model's parameters, beside read(2) and the safetensors package of Python."""

from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

GIGABYTES = 1.0


def run(workspace: Workspace) -> Result:
    file = workspace.folder("weights") / "model.safetensors"
    workspace.program("load_weights", "make", file, GIGABYTES * workspace.scale)
    found = alternate(workspace.rounds, {
        "load": lambda _turn: numbers(workspace.program("load_weights", "load", file)),
        "read": lambda _turn: numbers(workspace.program("load_weights", "read", file)),
        "peer": lambda _turn: numbers(workspace.peer("load_weights", file)),
    })
    sums = {run["sum"] for side in ("load", "peer") for run in found[side]}
    check = require(len(sums) == 1, "the elements' bits add up to the same on both sides in every round")
    names = {"load": "read_state_dict and ParameterSet::load", "read": "read(2) into memory of the same kind",
             "peer": "safetensors.torch.load_file, then a copy into one tensor"}

    def series(side: str, seconds: str, label: str, unit: str) -> Series:
        rates = {name: [run["bytes"] / run[seconds] / 1e9 for run in found[name]] for name in (side, "read")}
        return Series(f"{names[side]}, {label}", unit, rates[side], limit=None if side == "read" else rates["read"])

    wall = {side: series(side, "seconds", "by wall clock", "GB/s") for side in names}
    core = {side: series(side, "cpu_s", "by processor time", "GB/core-s") for side in names}
    return Result(
        about="One core; a file of fp32 tensors of 4 MB and 4 kB in page cache, into one flat buffer that was allocated and touched before. "
              "The limit is read(2).",
        parameters={"rounds": workspace.rounds, "file": f"{file.stat().st_size / 1e9:.2f} GB"},
        series=[*wall.values(), *core.values(),
                ratio("load / read(2), by wall clock", wall["load"], wall["read"], at_least=0.8),
                ratio("load / read(2), by processor time", core["load"], core["read"], at_least=0.8),
                ratio("load / Python, by wall clock", wall["load"], wall["peer"])],
        checks=[check])
