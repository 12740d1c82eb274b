"""Series of sides that took turns: their rates and peaks of memory. `found` is what alternate() gives, of dictionaries."""

from harness.process import Cost
from harness.result import Series
from harness.workspace import numbers


def with_peak(cost: Cost) -> dict:
    """What the program printed, and its largest resident set."""
    return numbers(cost) | {"peak": cost.peak_bytes}


def rates(found: dict[str, list[dict]], names: dict[str, str], label: str, unit: str, what: str = "images", scale: float = 1) -> dict[str, Series]:
    """By side: as much of `what` a second, divided by `scale`. `names` are those of the sides on the page."""
    return {side: Series(f"{name}{label}", unit, [turn[what] / turn["seconds"] / scale for turn in found[side]]) for side, name in names.items()}


def seconds(found: dict[str, list[dict]], names: dict[str, str], label: str, key: str = "seconds") -> dict[str, Series]:
    return {side: Series(f"{name}{label}", "s", [turn[key] for turn in found[side]]) for side, name in names.items()}


def peaks(found: dict[str, list[dict]], names: dict[str, str], label: str = "") -> list[Series]:
    return [Series(f"peak memory of {name}{label}", "MB", [turn["peak"] / 1e6 for turn in found[side]]) for side, name in names.items()]
