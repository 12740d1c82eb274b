"""Where and with what a result was measured. No host name: results are published."""

import datetime
import os
import pathlib
import re
import subprocess

FAMILIES = r"epyc|xeon|ryzen|threadripper|core|neoverse|graviton|altra|grace"


def model() -> str:
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    return re.sub(r"\s+", " ", found[1]) if found else "unknown processor"


def tag() -> str:
    """As "epyc-7763-64core"."""
    name = re.sub(r"\((r|tm)\)", "", model().lower())
    family = re.search(FAMILIES, name)
    number = re.search(r"\b[a-z]?\d{4,5}[a-z]*\b", name)
    parts = [family[0] if family else "cpu"] + ([number[0]] if number else [])
    return "-".join(parts + [f"{len(os.sched_getaffinity(0))}core"])


def around(radforge: pathlib.Path) -> dict:
    version = subprocess.run([radforge, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"machine": tag(), "processor": model(), "cores": len(os.sched_getaffinity(0)),
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(), "program": version,
            "load_average_before": round(os.getloadavg()[0], 2)}
