"""How cost grows with a size: seconds ~ size ^ exponent, fitted in each round."""

import math
import statistics
from collections.abc import Callable

from .alternate import alternate
from .result import Series
from .workspace import require


def exponent(points: list[tuple[float, float]]) -> float:
    """The slope of log(seconds) over log(size), by least squares."""
    require(all(seconds > 0 for _, seconds in points), "each size takes longer than what it is held against (sizes are too small, or --scale is)")
    return statistics.linear_regression([math.log(size) for size, _ in points], [math.log(seconds) for _, seconds in points]).slope


def growth(rounds: int, what: str, sides: dict[str, Callable[[int], tuple[float, float]]], expected: float, at_most: float) -> list[Series]:
    """`sides` by what names a size give the size and the seconds. The last series holds the exponents."""
    found = alternate(rounds, sides)
    series = [Series(f"{what}, {name}", "s", [seconds for _, seconds in points]) for name, points in found.items()]
    return [*series, Series(f"{what}: exponent (expected {expected:g})", "", [exponent(list(points)) for points in zip(*found.values(), strict=True)],
                            at_most=at_most)]
