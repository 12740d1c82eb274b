"""Seconds from a command to its end, where there is nearly nothing to do: what every start pays."""

from harness import process
from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

PARTS = ("unet", "text_encoder", "vae")


def planned(output: str) -> dict[str, int]:
    """Parameters of the parts in the table of `radforge plan`."""
    rows = (line.split() for line in output.splitlines())
    return {words[0]: int(words[2]) for words in rows if words and words[0] in PARTS}


def run(workspace: Workspace) -> Result:
    folder = workspace.folder("startup")
    workspace.program("sample_images", "make", folder, "48,96,128", 16)
    pipeline = folder / "pipeline"

    def python(text: str):
        return lambda _turn: process.run([workspace.python, "-c", text])

    sides = {
        "radforge --version": lambda _turn: workspace.product("--version"),
        "radforge --help": lambda _turn: workspace.product("--help"),
        "radforge plan PIPELINE": lambda _turn: workspace.product("plan", pipeline),
        "python -c pass": python("pass"),
        "python -c 'import torch'": python("import torch"),
        "Python: the same by safetensors' headers": lambda _turn: workspace.peer("count_parameters", "headers", pipeline),
        "Python: the same by models of diffusers": lambda _turn: workspace.peer("count_parameters", "models", pipeline),
    }
    found = alternate(workspace.rounds, sides, warm_up=False)
    ours, headers, models = ("radforge plan PIPELINE", *list(sides)[-2:])
    counts = planned(found[ours][-1].output)
    checks = [require(counts.keys() == set(PARTS) and all(numbers(found[side][-1]) == counts for side in (headers, models)),
                      f"the parameters of UNet, text encoder and autoencoder, {sum(counts.values()):,} in all, are the same by all three ways")]
    seconds = {side: Series(side, "s", [cost.wall_s for cost in costs]) for side, costs in found.items()}
    peaks = [Series(f"peak memory of {side}", "MB", [cost.peak_bytes / 1e6 for cost in costs]) for side, costs in found.items()]
    return Result(
        about="Wall time of whole commands on one thread, programs and libraries in page cache. `radforge plan` of a pipeline counts the parameters "
              "of its models, and so do the last two.",
        parameters={"rounds": workspace.rounds},
        series=[*seconds.values(), ratio("import torch / radforge --version", seconds["python -c 'import torch'"], seconds["radforge --version"]),
                ratio("models of diffusers / radforge plan", seconds[models], seconds[ours], at_least=3),
                ratio("safetensors' headers / radforge plan", seconds[headers], seconds[ours]), *peaks],
        checks=checks)
