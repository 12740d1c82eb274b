#!/usr/bin/env python3
"""usage: bench_checks.py RADFORGE SOURCE

bench/run with the real programs and peers, one side of which computes something else: other pixels, other weights. Skipped without the
peers' Python (tools/peers/install) or the programs (cmake --build build/release --target bench).
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
CASES = {"prepare-256-to-64": "images are the same within one grey level", "loader-64": "ids with the same pixels, each once",
         "safetensors-load": "the elements' bits add up to the same on both sides"}


def program(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def altered(command: str, key: str) -> str:
    """A program that runs another, which prints JSON, and adds one to a number of it."""
    return (f"#!{sys.executable}\nimport json, subprocess, sys\nran = subprocess.run([{command!r}, *sys.argv[1:]], stdout=subprocess.PIPE, text=True)\n"
            f"found = json.loads(ran.stdout or '{{}}')\nif {key!r} in found:\n    found[{key!r}] += 1\nprint(json.dumps(found))\nsys.exit(ran.returncode)\n")


def main(radforge: str, source: str) -> int:
    top, built = pathlib.Path(source), pathlib.Path(radforge).parent
    peers = top / ".deps/peers/bin/python"
    if not peers.exists() or not (built / "bench_limits").exists():
        print("skipped: the peers' Python (tools/peers/install) or the benchmarks' programs (target bench) are absent")
        return SKIPPED
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)

        def bench(*words) -> subprocess.CompletedProcess:
            return subprocess.run([sys.executable, top / "bench/run", *CASES, "--rounds", "1", "--scale", "0.05", "--results", folder / "results", "--scratch",
                                   folder, *words], capture_output=True, text=True)

        def expect_failures(done: subprocess.CompletedProcess) -> None:
            assert done.returncode == 1, done.stderr
            for case, check in CASES.items():
                assert any(line.startswith(f"bench: {case} failed: not so: ") and check in line for line in done.stderr.splitlines()), (case, done.stderr)

        real = ("--radforge", radforge, "--programs", built, "--peers", peers)
        done = bench(*real)
        assert done.returncode == 0, done.stderr

        # radforge resizes by another filter, takes another digest of pixels and other bits of weights.
        ours = folder / "ours"
        ours.mkdir()
        for name in os.listdir(built):
            (ours / name).symlink_to(built / name)
        for name, key in (("bench_loader", "digest"), ("bench_load_weights", "sum")):
            (ours / name).unlink()
            program(ours / name, altered(str(built / name), key))
        (ours / "radforge").unlink()
        program(ours / "radforge", f'#!/bin/sh\n[ "$1" != prepare ] || set -- "$@" --set image.filter=bilinear\nexec {radforge} "$@"\n')
        expect_failures(bench("--radforge", ours / "radforge", "--programs", ours, "--peers", peers))

        # The peers do.
        script = (top / "bench/peers/prepare_images.py").read_text(encoding="utf-8")
        assert "LANCZOS" in script
        (folder / "prepare_images.py").write_text(script.replace("LANCZOS", "BILINEAR"), encoding="utf-8")
        digest, total = (program(folder / key, altered(str(peers), key)) for key in ("digest", "sum"))
        python = program(folder / "python", f'''#!/bin/sh
case "$1" in
*/prepare_images.py) shift; exec {peers} {folder}/prepare_images.py "$@" ;;
*/load_images.py) exec {digest} "$@" ;;
*/load_weights.py) exec {total} "$@" ;;
*) exec {peers} "$@" ;;
esac
''')
        expect_failures(bench("--radforge", radforge, "--programs", built, "--peers", python))
    return 0


sys.exit(main(*sys.argv[1:]))
