"""Runs the built radforge as a user does: alone or under mpirun, in a folder of its own that holds configs/ and data/."""

import os
import pathlib
import subprocess
import tempfile


class Workplace:
    """A temporary working folder with the repository's configs/ and data/ in it."""

    def __init__(self, radforge, source):
        self.radforge = radforge
        self._folder = tempfile.TemporaryDirectory(prefix="radforge-test-")
        self.path = pathlib.Path(self._folder.name)
        for name in ("configs", "data"):
            (self.path / name).symlink_to(pathlib.Path(source) / name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def command(self, *arguments, ranks=0):
        launcher = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks else []
        return launcher + [self.radforge, *map(str, arguments)]

    def run(self, *arguments, ranks=0, expect=0, **options):
        """Output and error text; fails unless the exit code is `expect`."""
        return self.run_command(self.command(*arguments, ranks=ranks), expect=expect, **options)

    def run_command(self, command, expect=0, environment=(), **options):
        result = subprocess.run(
            command,
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=dict(os.environ, OMP_NUM_THREADS="1") | dict(environment),
            **options,
        )
        assert result.returncode == expect, (command, result.returncode, result.stdout, result.stderr)
        return result.stdout, result.stderr


def tree(folder, suffixes):
    """Bytes of the folder's files whose names end so."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name.endswith(suffixes)
    }
