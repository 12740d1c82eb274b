#!/usr/bin/env python3
"""Which device a command takes where there is no GPU, and what it says of it. Run in builds with CUDA and without."""

import pathlib
import subprocess
import sys

from radforge_cli import Workplace


def main(radforge, source):
    if pathlib.Path("/proc/driver/nvidia/gpus").is_dir():
        sys.exit(77)
    cuda_build = "cuda" in pathlib.Path(radforge).parts  # build/cuda/bin/radforge
    reason = "no driver of NVIDIA is installed" if cuda_build else "this program was built without CUDA"
    with Workplace(radforge, source) as place:
        place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
        command = ["train", "configs/test/autoencoder.yaml", "--set", "data.sources.0.dataset=prepared", "--set", "train.steps=4"]

        # By default the CPU is taken, with a line that says why; on one rank and on two.
        for ranks in (1, 2):
            _, log = place.run(*command, "--output", f"auto-{ranks}", ranks=ranks)
            assert log.count(f"computing on the CPU ({reason})") == 1, log

        # Who asks for the CPU is not told of GPUs; the numbers are the same, and the run goes on where the other was.
        _, log = place.run(*command, "--output", "cpu", "--set", "compute.device=cpu")
        assert "computing on" not in log, log
        same = [(place.path / name / "metrics.jsonl").read_bytes() for name in ("auto-1", "cpu")]
        assert same[0] == same[1]
        _, log = place.run(*command, "--output", "auto-1", "--set", "train.steps=6", "--set", "compute.device=cpu")
        assert "continuing from step 4" in log, log

        # Who asks for CUDA gets it or an error, on every rank the same.
        for ranks in (1, 2):
            _, log = place.run(*command, "--output", f"cuda-{ranks}", "--set", "compute.device=cuda", ranks=ranks, expect=5)
            assert "rank 0 on node" in log and f"has no CUDA device ({reason}). Give every rank one, or set compute.device to cpu" in log, log
        _, log = place.run("doctor", "--parity", expect=5)
        assert f"has no CUDA device ({reason})" in log, log
        if cuda_build:
            check_drivers(place, source, command)


def check_drivers(place, source, command):
    """A driver that is too old, and one that shows no device: found as libcuda.so.1 by CUDA's runtime."""
    compiler = ["cc", "-shared", "-fPIC", "-o", place.path / "libcuda.so.1", pathlib.Path(source) / "tests/support/stub_driver.c"]
    subprocess.run(compiler, check=True)
    messages = {("12040", "0"): "the driver serves CUDA up to 12.4, this program needs 13.0",
                ("13000", "100"): "the driver shows no device: CUDA_VISIBLE_DEVICES is empty, or the job has none"}
    for (version, start), message in messages.items():
        environment = {"LD_LIBRARY_PATH": str(place.path), "STUB_VERSION": version, "STUB_INIT": start}
        _, log = place.run(*command, "--output", f"driver-{version}", environment=environment)
        assert f"computing on the CPU ({message})" in log, log
        _, log = place.run("doctor", "--parity", expect=5, environment=environment)
        assert f"has no CUDA device ({message})" in log, log


main(sys.argv[1], sys.argv[2])
