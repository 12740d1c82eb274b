"""A virtual Slurm cluster to try job files on, for the tests in this folder."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VIRTUAL_SLURM = SOURCE / "tests/slurm/virtual-slurm"
SKIPPED = 77


class Cluster:
    """Nodes of a real Slurm, and a folder to work in that has the job files, configurations and data. Without Slurm the program ends as skipped."""

    def __init__(self, radforge, *options, nodes=2):
        if shutil.which("sbatch") is None:
            print("skipped: Slurm is not installed (tools/setup --slurm)")
            sys.exit(SKIPPED)
        self._folder = tempfile.TemporaryDirectory(prefix="radforge-slurm-")
        self.path = pathlib.Path(self._folder.name) / "work"
        self.path.mkdir()
        for name in ("jobs", "configs", "data"):
            (self.path / name).symlink_to(SOURCE / name)
        self.state = pathlib.Path(self._folder.name) / "vs"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OMPI_MCA_", "RADFORGE", "SLURM", "SBATCH_"))}
        self.environment = dict(inherited, VIRTUAL_SLURM_DIR=str(self.state), RADFORGE=str(pathlib.Path(radforge).resolve()), OMP_NUM_THREADS="1")
        self.virtual("up", "--nodes", str(nodes), "--cpus-per-node", "2", *options)
        exports = self.virtual("env")
        shown = subprocess.run(["bash", "-c", f"{exports}\nenv -0"], env=self.environment, capture_output=True, text=True, check=True).stdout
        self.environment = dict(line.split("=", 1) for line in shown.split("\0") if "=" in line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.virtual("down")
        self._folder.cleanup()

    def virtual(self, *arguments):
        return self.run(str(VIRTUAL_SLURM), *arguments)

    def run(self, *command, **environment):
        result = subprocess.run(command, cwd=getattr(self, "path", None), env=self.environment | environment, capture_output=True, text=True,
                                timeout=120, check=False)
        assert result.returncode == 0, (command, result.stdout, result.stderr)
        return result.stdout

    def refuses(self, words, *command, code=2, **environment):
        """A command that ends with this code, and all these words."""
        result = subprocess.run(command, cwd=self.path, env=self.environment | environment, capture_output=True, text=True, timeout=120, check=False)
        told = result.stdout + result.stderr
        assert result.returncode == code and all(word in told for word in words), (command, result.returncode, words, told)
        return told

    def submit(self, *arguments, **environment):
        return self.run("sbatch", "--parsable", "--output=job-%j.log", *arguments, **environment).strip()

    def field(self, job, name):
        fields = self.run("scontrol", "show", "job", "-o", job).split()
        return next(field.split("=", 1)[1] for field in fields if field.startswith(f"{name}="))

    def program(self, name, script):
        """In place of another, in a folder that is put before PATH."""
        (self.path / name).parent.mkdir(exist_ok=True)
        (self.path / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.path / name).chmod(0o755)
        return str(self.path / name)

    def stand_in(self, name, script):
        """In place of radforge: finds all nodes fit, does what the script does, and leaves its exit code as radforge does."""
        return self.program(name, f"""echo running >"$RADFORGE_EXIT_CODE_FILE"\ntrap 'echo $? >"$RADFORGE_EXIT_CODE_FILE"' EXIT\n[ "$1" != doctor ] || exit 0\n{script}""")

    @contextlib.contextmanager
    def folder_apart(self, node, name):
        """Where the others have this folder, the node has another one; says whether that could be done (as root, with namespaces)."""
        (self.path / name).mkdir(exist_ok=True)
        if os.geteuid() != 0 or "namespaces" not in self.virtual("status"):
            print(f"not checked: {name} apart on {node} wants root and namespaces")
            yield False
            return
        inside = ["nsenter", "--target", (self.state / f"run/{node}.pid").read_text().strip(), "--mount"]
        self.run(*inside, "mount", "-t", "tmpfs", "tmpfs", str(self.path / name))
        yield True
        self.run(*inside, "umount", str(self.path / name))

    def wait(self, job, state="COMPLETED", seconds=180):
        deadline = time.monotonic() + seconds
        while (now := self.field(job, "JobState")) != state:
            assert time.monotonic() < deadline and now not in ({"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"} - {state}), (job, now, self.log(job))
            time.sleep(0.3)

    def wait_for(self, path, seconds=120):
        self.wait_until((self.path / path).exists, path, seconds)

    def wait_until(self, holds, what, seconds=120):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what}: not in {seconds} s"
            time.sleep(0.05)

    def log(self, job):
        path = self.path / f"job-{job}.log"
        return path.read_text() if path.exists() else ""

    def chain(self, output, name="chain.txt"):
        path = self.path / output / name
        return path.read_text().splitlines() if path.exists() else []

    def weights(self, output):
        return (self.path / output / "pipeline/unet/diffusion_pytorch_model.safetensors").read_bytes()
