"""The cards of this machine, as their driver tells."""

import re
import subprocess

FIELDS = {"card": "name", "driver": "driver_version", "memory_of_the_card": "memory.total", "power_limit": "power.limit", "highest_clock": "clocks.max.sm"}


def cards() -> list[dict]:
    """Empty without a driver."""
    try:
        found = subprocess.run(["nvidia-smi", f"--query-gpu={','.join(FIELDS.values())}", "--format=csv,noheader"], capture_output=True,
                               text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [dict(zip(FIELDS, (field.strip() for field in line.split(",")))) for line in found.stdout.splitlines() if line.strip()]


def tag(card: dict) -> str:
    """As "h100-80gb-hbm3"."""
    return re.sub(r"[^a-z0-9]+", "-", card["card"].lower().replace("nvidia", "")).strip("-")
