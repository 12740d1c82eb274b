"""A B A B ...: what disturbs the machine for a while disturbs all sides alike, and rounds can be paired."""

import sys
from collections.abc import Callable


def alternate(rounds: int, sides: dict[str, Callable[[int], object]], warm_up: bool = True) -> dict[str, list]:
    """Calls every side with the number of the round, with `warm_up` after one round that is not counted (page cache, imports)."""
    found = {name: [] for name in sides}
    for turn in range(-1 if warm_up else 0, rounds):
        for name, measure in sides.items():
            value = measure(turn)
            if turn >= 0:
                found[name].append(value)
        print(f"bench: round {turn + 1} of {rounds}", file=sys.stderr)
    return found
