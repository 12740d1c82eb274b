#!/usr/bin/env python3
"""bench/run with stand-ins for all programs: what two sides must have computed alike is held against each other, and a case that
fails is not passed over. bench/compare on results made up, and fits of growth."""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))

from harness.growth import growth

PROGRAMS = ("radforge", "mpirun", "ldd", "python", *(f"bench_{name}" for name in (
    "all_reduce", "classifier_step", "limits", "load_weights", "loader", "make_shards", "prepare_stages", "read_rates", "sample_images",
    "train_step")))
# What is said where the sides do not agree.
CHECKS = {
    "train-step": "the losses of all steps agree within 0.002",
    "classifier-step": "losses or outputs agree within 0.002",
    "sampling": "mean grey levels of the images",
    "evaluate": "1 values without drawing are equal",
    "all-reduce": "both sides' sums have the same bits in every round",
    "loader-64": "ids with the same pixels, each once",
    "safetensors-load": "the elements' bits add up to the same on both sides",
    "prepare-256-to-64": "images are the same within one grey level",
}


class Bench(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        source = (ROOT / "tests/checks/bench_stand_in.py").read_text(encoding="utf-8")
        (self.folder / "bin").mkdir()
        for name in PROGRAMS:
            self.program(name, source)

    def program(self, name: str, source: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
        path.chmod(0o755)

    def bench(self, *words: str, tampered: str = "") -> subprocess.CompletedProcess:
        programs = self.folder / "bin"
        return subprocess.run([sys.executable, ROOT / "bench/run", *words, "--rounds", "1", "--scale", "0.05", "--results", self.folder / "results",
                               "--scratch", self.folder, "--radforge", programs / "radforge", "--programs", programs, "--peers", programs / "python"],
                              capture_output=True, text=True, timeout=300,
                              env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "BENCH_TAMPERED": tampered})

    def test_sides_that_agree_make_results(self):
        done = self.bench(*CHECKS, "verify")
        self.assertEqual(done.returncode, 0, done.stderr)
        for case in CHECKS:
            [path] = (self.folder / "results").glob(f"{case}_*.json")
            result = json.loads(path.read_text(encoding="utf-8"))
            self.assertTrue(any(CHECKS[case] in check for check in result["checks"]), result["checks"])
            self.assertTrue(any("limit" in row for row in result["series"]) or case == "evaluate", case)

    def test_what_one_side_computed_otherwise_is_found(self):
        for side in ("ours", "peer"):
            done = self.bench(*CHECKS, tampered=side)
            self.assertEqual(done.returncode, 1, done.stderr)
            for case, check in CHECKS.items():
                [line] = [line for line in done.stderr.splitlines() if line.startswith(f"bench: {case} failed: ")]
                self.assertIn(" failed: not so: ", line)
                self.assertIn(check, line)
                self.assertRegex(done.stdout, rf"\| {case} \|.*\*\*failed\*\*")
            self.assertFalse((self.folder / "results").exists())

    def test_verify_must_find_every_digest_to_hold(self):
        done = self.bench("verify", tampered="ours")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("bench: verify failed: not so: verify found every digest to hold", done.stderr)

    def test_the_others_are_measured_where_one_fails(self):
        self.program("bench_loader", "import sys\nsys.exit('no shards here')\n")
        done = self.bench("loader-64", "all-reduce")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("no shards here", done.stderr)
        self.assertIn("bench: loader-64 failed: ", done.stderr.splitlines()[-1])
        self.assertEqual([path.name.split("_")[0] for path in (self.folder / "results").glob("*.md")], ["all-reduce"])
        self.assertIn("| all-reduce |", done.stdout)

    def test_a_fault_of_a_case_is_a_failure_too(self):
        self.program("bench_loader", "print('{}')\n")
        done = self.bench("loader-64")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("KeyError", done.stderr)

    def test_every_case_has_a_suite(self):
        listed = subprocess.run([sys.executable, ROOT / "bench/run", "--list"], capture_output=True, text=True, check=True).stdout.splitlines()
        suites = {line.split()[1]: line.split()[0] for line in listed}
        self.assertEqual(set(suites.values()), {"short", "long"})
        table = (ROOT / "bench/README.md").read_text(encoding="utf-8")
        for case, suite in suites.items():
            self.assertRegex(table, rf"(?m)^\|.*`{case}`.*\| {suite} \|", f"{case} is not in bench/README.md as {suite}")


class Growth(unittest.TestCase):
    def fitted(self, cost) -> dict:
        with contextlib.redirect_stderr(io.StringIO()):
            return growth(3, "work", {str(size): lambda _turn, size=size: (size, cost(size)) for size in (1, 2, 4, 8)}, expected=1, at_most=1.1)[-1].row()

    def test_the_exponent_is_that_of_the_power(self):
        for power in (0, 0.5, 1, 2):
            self.assertAlmostEqual(self.fitted(lambda size, power=power: 3 * size**power)["median"], power)

    def test_worse_than_linear_misses_the_target(self):
        self.assertTrue(self.fitted(lambda size: 5 + size)["met"])
        self.assertFalse(self.fitted(lambda size: size * (1 + size))["met"])

    def test_times_that_are_no_times_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "not so: each size takes longer"):
            self.fitted(lambda size: size - 2)


class Compare(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def result(self, name: str, values: list[float], unit: str = "images/s", target: str | None = None, **document) -> pathlib.Path:
        middle = sorted(values)[len(values) // 2]
        row = {"name": "series", "unit": unit, "median": middle, "min": min(values), "max": max(values), "values": values}
        row |= {"target": target, "met": True} if target else {}
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"schema_version": 2, "case": "case", "machine": "epyc-2core", "processor": "AMD EPYC", "cores": 2, "date": "2026-01-01",
                                    "series": [row]} | document), encoding="utf-8")
        return path

    def compare(self, old: pathlib.Path, new: pathlib.Path) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, ROOT / "bench/compare", old, new], capture_output=True, text=True)

    def verdict(self, old: list[float], new: list[float], **row) -> tuple[int, str]:
        done = self.compare(self.result("old.json", old, **row), self.result("new.json", new, **row))
        [line] = [line for line in done.stdout.splitlines() if line.startswith("| series")]
        return done.returncode, line.split("|")[-2].strip()

    def test_direction_by_unit_and_target(self):
        less, more = [9, 10, 11], [19, 20, 21]
        for unit in ("images/s", "GB/core-s", "runs/minute", ""):
            self.assertEqual(self.verdict(more, less, unit=unit), (1, "worse"))
            self.assertEqual(self.verdict(less, more, unit=unit), (0, "better"))
        for unit, target in (("s", None), ("ms/step", None), ("MB", None), ("%", None), ("", "at most 1.2")):
            self.assertEqual(self.verdict(less, more, unit=unit, target=target), (1, "worse"))
            self.assertEqual(self.verdict(more, less, unit=unit, target=target), (0, "better"))

    def test_no_verdict_where_the_spreads_overlap(self):
        self.assertEqual(self.verdict([10, 14, 15], [5, 6, 10.5]), (0, ""))
        self.assertEqual(self.verdict([10, 14, 15], [5, 6, 9.5]), (1, "worse"))

    def test_no_verdict_within_the_tolerance(self):
        self.assertEqual(self.verdict([100, 100, 100], [98, 98, 98]), (0, ""))
        self.assertEqual(self.verdict([100, 100, 100], [96, 96, 96]), (1, "worse"))

    def test_folders_are_matched_by_case_and_machine(self):
        self.result("old/a.json", [10, 10, 10], date="2026-01-01")
        self.result("old/b.json", [20, 20, 20], date="2026-01-02")
        self.result("old/c.json", [90, 90, 90], date="2026-01-03", machine="xeon-2core")
        self.result("old/gone.json", [1, 1, 1], case="gone")
        self.result("new/d.json", [20, 20, 20], date="2026-01-04", schema_version=1)
        done = self.compare(self.folder / "old", self.folder / "new")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| 20 | 20 | 1.000 |", done.stdout)
        self.assertIn("Only in OLD: gone", done.stdout)
        self.assertNotIn("Warning", done.stdout)

    def test_another_machine_is_told(self):
        done = self.compare(self.result("old.json", [1, 1, 1], machine="xeon-2core"), self.result("new.json", [1, 1, 1]))
        self.assertIn("Warning: not the same machine: xeon-2core and epyc-2core", done.stdout)

    def test_what_cannot_be_compared(self):
        good, other = self.result("good.json", [1, 1, 1]), self.result("other.json", [1, 1, 1], case="other")
        broken = self.folder / "broken.json"
        broken.write_text("{", encoding="utf-8")
        (self.folder / "empty").mkdir()
        future = self.result("future.json", [1, 1, 1], schema_version=99)
        for bad in (broken, self.folder / "absent.json", self.folder / "empty", future, other):
            done = self.compare(good, bad)
            self.assertEqual(done.returncode, 2, (bad, done.stdout))
            self.assertTrue(done.stderr.startswith("bench/compare: "), done.stderr)


if __name__ == "__main__":
    unittest.main()
