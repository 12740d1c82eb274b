"""Runs cases one after the other: one that fails does not keep the others from being measured, and is not passed over."""

import dataclasses
import pathlib
import statistics
import sys
import time
import traceback
from collections.abc import Callable

from . import machine, result
from .workspace import Workspace


@dataclasses.dataclass
class Outcome:
    case: str
    minutes: float
    rows: list[dict] = dataclasses.field(default_factory=list)
    failure: str = ""

    def cells(self) -> list[str]:
        judged = [row for row in self.rows if "target" in row]
        missed = [f"{row['name']}: {result.number(row['median'])}, {row['target']}" for row in judged if not row["met"]]
        ratios = [row["median"] for row in self.rows if row["name"].endswith(", paired")]
        middle = result.number(statistics.median(ratios)) if ratios else ""
        between = f" ({result.number(min(ratios))} to {result.number(max(ratios))})" if len(ratios) > 1 else ""
        return [self.case, f"{self.minutes:.1f}", middle + between, f"{len(judged) - len(missed)} of {len(judged)}",
                "**failed**" if self.failure else "; ".join(missed)]


def measure(name: str, case: Callable[[Workspace], result.Result], workspace: Workspace, folder: pathlib.Path) -> Outcome:
    around = machine.around(workspace.radforge)
    start = time.monotonic()
    try:
        measured = case(workspace)
    except SystemExit as failure:
        print(failure, file=sys.stderr)
        return Outcome(name, (time.monotonic() - start) / 60, failure=str(failure))
    except Exception as error:  # whatever it is, the other cases can still be measured
        traceback.print_exc()
        return Outcome(name, (time.monotonic() - start) / 60, failure=f"bench: {type(error).__name__}: {error}")
    minutes = (time.monotonic() - start) / 60
    print(result.write(folder, name, measured, around | {"minutes": round(minutes, 1)}).read_text(encoding="utf-8"), flush=True)
    return Outcome(name, minutes, [series.row() for series in measured.series])


def run(cases: dict[str, Callable[[Workspace], result.Result]], workspace: Workspace, folder: pathlib.Path) -> bool:
    """Whether every case could be measured. Prints a page a case, and last a table of all."""
    outcomes = []
    for name, case in cases.items():
        print(f"bench: {name}", file=sys.stderr)
        outcomes.append(measure(name, case, workspace, folder))
    print("\n".join(result.table(["case", "minutes", "ratios", "targets met", "missed"], [outcome.cells() for outcome in outcomes])))
    print(f"\n{sum(outcome.minutes for outcome in outcomes):.0f} minutes")
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        print(f"bench: {outcome.case} failed: {outcome.failure.splitlines()[0].removeprefix('bench: ')}", file=sys.stderr)
    return not failed
