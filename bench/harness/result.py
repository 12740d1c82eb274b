"""What a case measured, and its two files: every value as JSON, the medians as a page."""

import dataclasses
import json
import pathlib
import re
import statistics

SCHEMA_VERSION = 2  # 2: limits and shares, minutes


def more_is_better(unit: str, target: str = "") -> bool:
    """Of rates ("images/s"), and of numbers without a unit that are not to stay below a target; not of times and sizes."""
    return not target.startswith("at most") and (unit == "" or re.search(r"/(s|core-s|minute)$", unit) is not None)


@dataclasses.dataclass
class Series:
    """One value a round. `limit` is what the machine itself gives in the same unit, measured in the same rounds."""

    name: str
    unit: str
    values: list[float]
    at_least: float | None = None
    at_most: float | None = None
    limit: list[float] | None = None

    def row(self) -> dict:
        middle = statistics.median(self.values)
        row = {"name": self.name, "unit": self.unit, "median": middle, "min": min(self.values), "max": max(self.values)}
        if self.limit is not None:
            shares = [value / limit if more_is_better(self.unit) else limit / value
                      for value, limit in zip(self.values, self.limit, strict=True)]
            row |= {"limit": statistics.median(self.limit), "share": statistics.median(shares), "limits": self.limit}
        if self.at_least is not None:
            row |= {"target": f"at least {self.at_least:g}", "met": middle >= self.at_least}
        if self.at_most is not None:
            row |= {"target": f"at most {self.at_most:g}", "met": middle <= self.at_most}
        return row | {"values": self.values}


def ratio(name: str, over: Series, under: Series, at_least: float | None = None) -> Series:
    """Of two series, paired by round."""
    values = [a / b for a, b in zip(over.values, under.values, strict=True)]
    return Series(f"{name}, paired", "", values, at_least=at_least)


def image_rates(found: dict[str, list[dict]], names: dict[str, str], label: str) -> dict[str, Series]:
    """Images a second of the sides "ours" and others. The limit is the rate of matrix products at one multiply-add of a product for
    one of the model, as the program of radforge measures it after its steps."""
    limit = [turn["matmul_flops"] / turn["flop_per_image"] for turn in found["ours"]]
    return {side: Series(f"{name} {label}", "images/s", [turn["images"] / turn["seconds"] for turn in found[side]], limit=limit)
            for side, name in names.items()}


@dataclasses.dataclass
class Result:
    about: str
    parameters: dict
    series: list[Series]
    checks: list[str] = dataclasses.field(default_factory=list)  # what was found to hold; a check that fails ends the case
    notes: list[str] = dataclasses.field(default_factory=list)


def number(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) >= 0.001 else f"{value:.2e}"


def table(titles: list[str], rows: list[list[str]], right: set[str] = frozenset()) -> list[str]:
    """Of a page; the columns `right` are set to the right."""
    lines = [titles, ["---:" if title in right else "---" for title in titles], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def page(case: str, result: Result, around: dict) -> str:
    lines = [f"# {case}", "", result.about, ""]
    lines += [f"{name.replace('_', ' ')}: {value}  " for name, value in (around | result.parameters).items()]
    rows = [series.row() for series in result.series]
    has_limits = any("limit" in row for row in rows)
    cells = []
    for row in rows:
        limit = [number(row["limit"]), f"{100 * row['share']:.3g} %"] if "limit" in row else ["", ""]
        target = f"{row['target']}: {'met' if row['met'] else 'missed'}" if "target" in row else ""
        cells.append([row["name"], row["unit"], *(number(row[key]) for key in ("median", "min", "max")),
                      *(limit if has_limits else []), target])
    numeric = ["median", "min", "max"] + (["limit", "share"] if has_limits else [])
    lines += ["", *table(["measured", "unit", *numeric, "target"], cells, set(numeric))]
    for title, items in (("Checked", result.checks), ("Notes", result.notes)):
        if items:
            lines += ["", f"{title}:"] + [f"- {item}" for item in items]
    return "\n".join(lines) + "\n"


def write(folder: pathlib.Path, case: str, result: Result, around: dict) -> pathlib.Path:
    document = {"schema_version": SCHEMA_VERSION, "case": case, **around, "about": result.about, "parameters": result.parameters,
                "series": [series.row() for series in result.series], "checks": result.checks, "notes": result.notes}
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{case}_{around['machine']}_{around['date']}"
    (folder / f"{stem}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    path = folder / f"{stem}.md"
    path.write_text(page(case, result, around), encoding="utf-8")
    return path
