"""What a case measured, and its two files: every value as JSON, the medians as a page."""

import dataclasses
import json
import pathlib
import statistics

SCHEMA_VERSION = 1


@dataclasses.dataclass
class Series:
    """One value a round."""

    name: str
    unit: str
    values: list[float]
    at_least: float | None = None
    at_most: float | None = None

    def row(self) -> dict:
        middle = statistics.median(self.values)
        row = {"name": self.name, "unit": self.unit, "median": middle, "min": min(self.values), "max": max(self.values)}
        if self.at_least is not None:
            row |= {"target": f"at least {self.at_least:g}", "met": middle >= self.at_least}
        if self.at_most is not None:
            row |= {"target": f"at most {self.at_most:g}", "met": middle <= self.at_most}
        return row | {"values": self.values}


def ratio(name: str, over: Series, under: Series, at_least: float | None = None) -> Series:
    """Of two series, paired by round."""
    values = [a / b for a, b in zip(over.values, under.values, strict=True)]
    return Series(f"{name}, paired", "", values, at_least=at_least)


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


def page(case: str, result: Result, around: dict) -> str:
    lines = [f"# {case}", "", result.about, ""]
    lines += [f"{name.replace('_', ' ')}: {value}  " for name, value in (around | result.parameters).items()]
    lines += ["", "| measured | unit | median | min | max | target |", "|---|---|---:|---:|---:|---|"]
    for row in (series.row() for series in result.series):
        numbers = " | ".join(number(row[key]) for key in ("median", "min", "max"))
        target = f"{row['target']}: {'met' if row['met'] else 'missed'}" if "target" in row else ""
        lines.append(f"| {row['name']} | {row['unit']} | {numbers} | {target} |")
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
