#!/usr/bin/env python3
"""tools/demo with a stand-in for mpirun: the steps in order with the time to go, the first failure passed on, the contact sheet as the last line."""

import os
import pathlib
import subprocess
import tempfile
import unittest

DEMO = pathlib.Path(__file__).resolve().parents[2] / "tools" / "demo"
FAKE_MPIRUN = '#!/usr/bin/env bash\necho "$*" >>"$FAKE/log"\ncase "$*" in *"$FAKE_FAILS"*) exit 75 ;; esac\n'


class Demo(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.fake = pathlib.Path(temporary.name)
        for name, text in (("mpirun", FAKE_MPIRUN), ("radforge", "#!/bin/sh\n")):
            (self.fake / name).write_text(text)
            (self.fake / name).chmod(0o755)

    def run_demo(self, *options: str, fails: str = "nothing", **environment: str) -> subprocess.CompletedProcess:
        path = f"{self.fake}:{os.environ['PATH']}"
        return subprocess.run([str(DEMO), *options], capture_output=True, text=True,
                              env={**os.environ, "PATH": path, "FAKE": str(self.fake), "FAKE_FAILS": fails,
                                   "RADFORGE": str(self.fake / "radforge"), **environment})

    def steps(self) -> list[str]:
        return [line.split("radforge ")[-1].split()[0] for line in (self.fake / "log").read_text().splitlines()]

    def test_the_steps_and_the_last_line(self):
        done = self.run_demo(NP="3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.steps(), ["prepare", "train", "train", "sweep", "generate", "verify", "evaluate", "sweep", "evaluate", "report"])
        self.assertIn("== 1 of 10, about ", done.stderr)
        self.assertTrue(all(line.startswith("-n 3 --bind-to none ") for line in (self.fake / "log").read_text().splitlines()))
        self.assertTrue(done.stdout.splitlines()[-1].endswith("/runs/demo/generate/contact_sheet.png"))

    def test_a_failing_step_ends_it(self):
        done = self.run_demo(fails="train configs/demo/diffusion.yaml")
        self.assertEqual(done.returncode, 75)
        self.assertIn("the same command goes on", done.stderr)
        self.assertEqual(self.steps(), ["prepare", "train", "train"])
        self.assertNotIn("contact_sheet", done.stdout)

    def test_the_full_demo_has_the_same_steps_and_more(self):
        self.assertEqual(self.run_demo().returncode, 0)
        small = (self.fake / "log").read_text().splitlines()
        (self.fake / "log").unlink()
        self.assertEqual(self.run_demo("--full").returncode, 0)
        full = (self.fake / "log").read_text().splitlines()
        self.assertEqual([line for line in full if line in small], small)
        self.assertGreater(len(full), len(small))

    def test_configurations_are_there(self):
        self.assertEqual(self.run_demo("--full").returncode, 0)
        for line in (self.fake / "log").read_text().splitlines():
            for word in line.split():
                self.assertTrue(not word.endswith(".yaml") or (DEMO.parents[1] / word).is_file(), word)

    def test_unknown_options(self):
        done = self.run_demo("--fast")
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage: tools/demo", done.stderr)

    def test_without_a_build(self):
        done = self.run_demo(RADFORGE="/nonexistent/radforge")
        self.assertEqual(done.returncode, 2)
        self.assertIn("make build", done.stderr)


if __name__ == "__main__":
    unittest.main()
