#!/usr/bin/env python3
"""jobs/slurm/apptainer/radforge with a stand-in for apptainer: what it starts, hands back and refuses."""

import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "jobs/slurm/apptainer/radforge"
FAKE_APPTAINER = '#!/bin/sh\nprintf "<%s>" "$@"\nexit 75\n'


class Container(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/apptainer").write_text(FAKE_APPTAINER)
        (self.folder / "bin/apptainer").chmod(0o755)
        (self.folder / "radforge.sif").touch()
        for program in ("bash", "env", "hostname"): # and no apptainer of this machine
            path = next(folder / program for folder in map(pathlib.Path, os.environ["PATH"].split(":")) if (folder / program).exists())
            (self.folder / "bin" / program).symlink_to(path)

    def run_program(self, *arguments, **environment):
        return subprocess.run([str(PROGRAM), *arguments], cwd=self.folder, env={"PATH": str(self.folder / "bin"), **environment},
                              capture_output=True, text=True, check=False)

    def test_arguments_and_exit_code_pass(self):
        done = self.run_program("train", "a b.yaml", "--set", "x=*")
        self.assertEqual((done.stdout, done.returncode), ("<exec><radforge.sif><radforge><train><a b.yaml><--set><x=*>", 75), done.stderr)

    def test_another_image(self):
        (self.folder / "radforge.sif").rename(self.folder / "other.sif")
        self.assertIn("<other.sif>", self.run_program("--version", RADFORGE_IMAGE="other.sif").stdout)

    def test_no_image(self):
        done = self.run_program("--version", RADFORGE_IMAGE="none.sif")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^image none.sif cannot be read on .* \(.*\) build it, or set RADFORGE_IMAGE\n$")

    def test_no_apptainer(self):
        (self.folder / "bin/apptainer").unlink()
        done = self.run_program("--version")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^apptainer cannot be run on .* \(it is not in PATH\) load its module, or")


if __name__ == "__main__":
    unittest.main()
