"""Saving and loading a training state, beside torch.distributed.checkpoint and safetensors."""

from harness import process
from harness.alternate import alternate
from harness.result import Result, ratio
from harness.workspace import TOP, Workspace, numbers, require

from .sides import peaks, seconds, with_peak

MEGABYTES = 300
LIMITS = {"write_s": "write(2) of one file, then fsync(2)", "read_s": "read(2) of one file", "memcpy_s": "memcpy(3)"}


def run(workspace: Workspace) -> Result:
    size = workspace.scaled(MEGABYTES)

    def side(ranks: int, *command):
        def measure(_turn: int) -> dict:
            folder = workspace.folder("checkpoint")
            launcher = ["mpirun", "-n", ranks, "--bind-to", "none"] if ranks > 1 else []
            return with_peak(process.run([*launcher, *command, folder, size], 1))

        return measure

    ours = [workspace.programs / "bench_checkpoint", "run"]
    peer = [workspace.python, TOP / "bench" / "peers" / "checkpoint.py"]
    sides = {"limits": lambda _turn: numbers(workspace.program("checkpoint", "limits", workspace.folder("checkpoint"), size)),
             "safetensors": side(1, *peer, "safetensors")}
    names = {"safetensors": "safetensors' save_file with fsync, and load_file"}
    for ranks in (1, 2):
        sides |= {f"ours {ranks}": side(ranks, *ours), f"sync {ranks}": side(ranks, *peer, "sync"), f"async {ranks}": side(ranks, *peer, "async")}
        names |= {f"ours {ranks}": f"radforge, {ranks} rank(s)", f"sync {ranks}": f"torch.distributed.checkpoint.save, {ranks} rank(s)",
                  f"async {ranks}": f"torch.distributed.checkpoint.async_save, {ranks} rank(s)"}
    found = alternate(workspace.rounds, sides, warm_up=False)
    sums = {turn["sum"] for side_name in names for turn in found[side_name]}
    check = require(len(sums) == 1, "every element of every state is loaded as it was saved, on each side on each rank; the sums of all bits are the same")

    stall, save, load = (seconds(found, names, label, key) for label, key in ((": stall", "stall_s"), (": whole save", "save_s"), (": load", "load_s")))
    limit = {key: seconds(found, {"limits": name}, "", key)["limits"] for key, name in LIMITS.items()}
    ratios = []
    for ranks in (1, 2):
        ratios += [ratio(f"async_save's stall / radforge's, {ranks} rank(s)", stall[f"async {ranks}"], stall[f"ours {ranks}"], at_least=1),
                   ratio(f"save / radforge's whole save, {ranks} rank(s)", save[f"sync {ranks}"], save[f"ours {ranks}"]),
                   ratio(f"its load / radforge's, which checks digests, {ranks} rank(s)", load[f"sync {ranks}"], load[f"ours {ranks}"])]
    return Result(
        about=f"Weights, two moments and an average of {size} MB in all, held by every rank alike, into a file system and back out of the page cache, a "
              "thread a rank. The stall is the time until the training may go on; a whole save ends when all is flushed. radforge writes and "
              "checks digests; its ranks write a share each, and so do those of torch.distributed.checkpoint. Counted are the second save and load of a "
              "process.",
        parameters={"rounds": workspace.rounds, "MB": size},
        series=[*(stall[name] for name in names if name[:4] in ("ours", "asyn")), *save.values(), *load.values(), *limit.values(), *ratios,
                ratio("memcpy / radforge's stall, 1 rank", limit["memcpy_s"], stall["ours 1"]),
                ratio("write and fsync / radforge's whole save, 1 rank", limit["write_s"], save["ours 1"]),
                ratio("read / radforge's load, 1 rank", limit["read_s"], load["ours 1"]), *peaks(found, names)],
        checks=[check],
        notes=["async_save stages into memory that it keeps, as radforge does; it copies the whole state on each rank, radforge a rank's share",
               "peak memory is that of the largest rank, and holds the state itself"])
