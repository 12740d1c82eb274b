#!/usr/bin/env python3
"""The quick demo: stopped somewhere it goes on, it ends with a page of all parts, and once finished it is done at once."""

import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

RADFORGE, SOURCE = sys.argv[1:]
PARTS = ("Data sets", "Training", "Quality of synthetic images", "Classifiers", "Fairness")


def start(folder):
    return subprocess.Popen([f"{SOURCE}/tools/demo", "--quick", str(folder)], env=os.environ | {"RADFORGE": RADFORGE}, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)


def finish(folder, what):
    demo = start(folder)
    out, _ = demo.communicate(timeout=500)
    assert demo.returncode == 0, (what, demo.returncode, out[-4000:])
    return out


def stop_somewhere(folder):
    """By Ctrl-C."""
    demo = start(folder)
    seconds = random.uniform(2, 40)
    time.sleep(seconds)
    os.killpg(demo.pid, signal.SIGINT)
    out, _ = demo.communicate(timeout=120)
    assert demo.returncode != 0, (seconds, out[-2000:])


def says_everything(folder, out):
    results = folder / "runs/demo"
    assert out.splitlines()[-2:] == [str(results / "report.html"), str(results / "generate/contact_sheet.png")], out[-500:]
    assert re.search("== 1 of 10, about .* to go", out) and "== 10 of 10" in out, out[:500]
    assert "all,anatomy,kid_of_blurred," in (results / "image-quality/image_quality.csv").read_text()
    page = (results / "report.html").read_text()
    assert "mixed beside real at nih, AUROC macro: " in page, "no verdict"
    assert all(part in page for part in PARTS), [part for part in PARTS if part not in page]
    arms = {line.split(",")[0] for line in (results / "evaluation-arms/arms.csv").read_text().splitlines()[1:]}
    assert arms == {"real", "mixed", "synthetic-real"}, arms


with tempfile.TemporaryDirectory(prefix="radforge-demo-") as name:
    place = pathlib.Path(name).resolve() / "quick"
    stop_somewhere(place)
    says_everything(place, finish(place, "after a stop"))
    before = time.monotonic()
    says_everything(place, finish(place, "finished"))
    assert time.monotonic() - before < 60, time.monotonic() - before  # 20 s and room
