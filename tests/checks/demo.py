#!/usr/bin/env python3
"""tools/demo with a stand-in for mpirun: the steps in order, the first failure passed on, the contact sheet as the last line."""

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

    def run_demo(self, fails: str = "nothing", **environment: str) -> subprocess.CompletedProcess:
        path = f"{self.fake}:{os.environ['PATH']}"
        return subprocess.run([str(DEMO)], capture_output=True, text=True,
                              env={**os.environ, "PATH": path, "FAKE": str(self.fake), "FAKE_FAILS": fails,
                                   "RADFORGE": str(self.fake / "radforge"), **environment})

    def steps(self) -> list[str]:
        return [line.split("radforge ")[-1].split()[0] for line in (self.fake / "log").read_text().splitlines()]

    def test_the_steps_and_the_last_line(self):
        done = self.run_demo(NP="3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.steps(), ["prepare", "train", "train", "generate", "verify", "report"])
        self.assertTrue(all(line.startswith("-n 3 --bind-to none ") for line in (self.fake / "log").read_text().splitlines()))
        self.assertTrue(done.stdout.splitlines()[-1].endswith("/runs/demo/generate/contact_sheet.png"))

    def test_a_failing_step_ends_it(self):
        done = self.run_demo(fails="train configs/demo/diffusion.yaml")
        self.assertEqual(done.returncode, 75)
        self.assertEqual(self.steps(), ["prepare", "train", "train"])
        self.assertNotIn("contact_sheet", done.stdout)

    def test_without_a_build(self):
        done = self.run_demo(RADFORGE="/nonexistent/radforge")
        self.assertEqual(done.returncode, 2)
        self.assertIn("make build", done.stderr)


if __name__ == "__main__":
    unittest.main()
