"""Where a case finds the programs, keeps its temporary files, and how often it repeats."""

import dataclasses
import functools
import json
import pathlib
import re
import shutil
import subprocess
import sys

from . import process

TOP = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Workspace:
    radforge: pathlib.Path
    programs: pathlib.Path  # folder of bench_*
    python: pathlib.Path  # the peers' Python
    scratch: pathlib.Path
    rounds: int
    scale: float  # of the numbers of images; 1 is what results are published for

    def scaled(self, count: int, multiple: int = 1) -> int:
        return max(1, round(count * self.scale / multiple)) * multiple

    def folder(self, name: str) -> pathlib.Path:
        """A new empty folder."""
        path = self.scratch / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def program(self, name: str, *arguments, threads: int = 1) -> process.Cost:
        return process.run([self.programs / f"bench_{name}", *arguments], threads)

    def peer(self, name: str, *arguments, threads: int = 1, extra: dict[str, str] | None = None) -> process.Cost:
        return process.run([self.python, TOP / "bench" / "peers" / f"{name}.py", *arguments], threads, extra)

    @functools.cache
    def allocator(self) -> dict[str, str]:
        """The environment that gives a peer the allocator of radforge, set up in the same way."""
        libraries = subprocess.run(["ldd", self.radforge], capture_output=True, text=True, check=True).stdout
        settings = re.search(r'malloc_conf = "(.*)"', (TOP / "src" / "cli" / "malloc_conf.cpp").read_text(encoding="utf-8"))
        return {"LD_PRELOAD": re.search(r"libjemalloc\S* => (\S+)", libraries)[1], "MALLOC_CONF": settings[1]}

    def product(self, *arguments, threads: int = 1, ranks: int = 1) -> process.Cost:
        launcher = ["mpirun", "-n", ranks, "--bind-to", "none"] if ranks > 1 else []
        return process.run([*launcher, self.radforge, *arguments], threads)

    @functools.cache
    def images(self, count: int, side: int, kind: str) -> pathlib.Path:
        """A folder with `count` images of `side` pixels made of the real ones in data/open-cxr, and their table metadata.csv."""
        path = self.folder(f"images-{count}-{side}-{kind}")
        self.peer("make_images", TOP / "data" / "open-cxr", path, count, side, kind)
        return path

    def __hash__(self) -> int:
        return id(self)


def require(holds: bool, what: str) -> str:
    if not holds:
        sys.exit(f"bench: not so: {what}")
    return what


def numbers(cost: process.Cost) -> dict:
    return json.loads(cost.output)
