"""A B A B ...: what disturbs the machine for a while disturbs all sides alike, and rounds can be paired."""

import sys
from collections.abc import Callable


def alternate(rounds: int, sides: dict[str, Callable[[int], object]]) -> dict[str, list]:
    """Calls every side with the number of the round, after one round that is not counted (page cache, imports)."""
    found = {name: [] for name in sides}
    for turn in range(-1, rounds):
        for name, measure in sides.items():
            value = measure(turn)
            if turn >= 0:
                found[name].append(value)
        print(f"bench: round {turn + 1} of {rounds}", file=sys.stderr)
    return found
