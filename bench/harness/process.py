"""Runs a program and says what it cost."""

import dataclasses
import os
import subprocess
import tempfile
import time


@dataclasses.dataclass(frozen=True)
class Cost:
    wall_s: float
    cpu_s: float  # user and system time, of all threads and of children that were waited for
    peak_bytes: int  # largest resident set
    output: str


class ProgramFailed(SystemExit):
    """Ends the benchmark with its text, unless someone knows better."""


def environment(threads: int, extra: dict[str, str] | None = None) -> dict[str, str]:
    return os.environ | (extra or {}) | {
        "OMP_NUM_THREADS": str(threads),
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    }


def run(command, threads: int = 1, extra: dict[str, str] | None = None) -> Cost:
    """`extra` is added to the environment. Ends the benchmark, with the end of the program's messages, if the program fails."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+", errors="replace") as messages:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=messages,
                                   env=environment(threads, extra))
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        if process.returncode != 0:
            messages.seek(0)
            raise ProgramFailed(f"bench: '{' '.join(command)[:200]}' ended with {process.returncode}:\n{messages.read()[-3000:]}")
        return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output.read())
