"""Seconds of an all-reduce among ranks of one machine, beside plain MPI_Allreduce."""

from harness import process
from harness.alternate import alternate
from harness.result import Result, Series, ratio
from harness.workspace import Workspace, numbers, require

SIZES = {"4 kB": 4096, "1 MB": 1_000_000, "35 MB": 35_000_000}
RANKS = (2, 4)


def run(workspace: Workspace) -> Result:
    series, digests = [], []
    for ranks in RANKS:
        for size, num_bytes in SIZES.items():
            def side(name: str):
                command = ["mpirun", "-n", ranks, "--bind-to", "none", workspace.programs / "bench_all_reduce", name, num_bytes]
                return lambda _turn: numbers(process.run(command))

            found = alternate(workspace.rounds, {"mpi": side("mpi"), "ours": side("ours"), "pass": lambda _turn: numbers(
                workspace.program("limits", "pass", num_bytes, ranks))})
            digests.append({run["digest"] for name in ("mpi", "ours") for run in found[name]})
            limit = [1000 * run["seconds"] for run in found["pass"]]
            mpi, ours = (Series(f"{what} of {size}, {ranks} ranks", "ms", [1000 * run["seconds"] for run in found[name]], limit=limit)
                         for name, what in (("mpi", "MPI_Allreduce"), ("ours", "all_reduce")))
            target = 2 if (ranks, size) == (2, "35 MB") else None
            series += [mpi, ours, ratio(f"MPI_Allreduce / all_reduce of {size}, {ranks} ranks", mpi, ours, at_least=target)]
    check = require(all(len(values) == 1 for values in digests), "both sides' sums have the same bits in every round")
    return Result(
        about="Sum of f32 in place among ranks of this machine, median over many repetitions in a process, each after a barrier. The limit: "
              "as many threads read and write as many bytes each where they are, once, all at the same time.",
        parameters={"rounds": workspace.rounds},
        series=series,
        checks=[check])
