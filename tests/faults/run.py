#!/usr/bin/env python3
"""Breaks training runs and generations in every way of reliability's list, many times, and keeps count: docs/reliability.md holds the tallies.

usage: tests/faults/run.py RADFORGE SOURCE [CASE ...] [--scale S] [--tally FILE]

Each try appends a line to FILE (runs/faults/tally.jsonl unless named), so that tallies add up over days and machines; --table prints
them. A try that fails ends the run and keeps its folder; its seed is in its line.
"""

import argparse
import collections
import functools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from radforge_cli import Workplace  # noqa: E402
from training_runs import DIFFUSION, is_alive, losses, make_inputs, ranks_of, same_results, settings, start, train, wait_for_lines  # noqa: E402

RUN = ["train.steps=80", "checkpoint.every_steps=10"]
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
       "OMPI_MCA_mpi_yield_when_idle": "1"}
WRITING = ["openat", "write", "pwrite64", "writev", "ftruncate", "fsync", "fdatasync", "rename", "unlink", "rmdir", "mkdir"]


def undisturbed(place, ranks):
    output = f"undisturbed-{ranks}"
    if not (place.path / output).exists():
        train(place, output, *RUN, ranks=ranks)
    return place.path / output


def newest_set(folder):
    return max((int(path.name[5:]) for path in folder.glob("checkpoints/step-*") if ".tmp" not in path.name), default=0)


def no_leftovers(folder):
    left = [str(path) for path in folder.rglob("*") if ".tmp" in path.name]
    assert not left, left


def kill_a_rank(place, choice, output):
    """T03: kill -9 of a random rank at a random moment, until the run is done; True if it was killed."""
    ranks = choice.choice((1, 2, 3))
    run = start(place, output, *RUN, ranks=ranks)
    time.sleep(choice.uniform(0.2, 3.0))
    alive = ranks_of(run)
    if alive:
        os.kill(choice.choice(alive), signal.SIGKILL)
    run.communicate(timeout=60)
    return bool(alive)


def random_kills(place, choice):
    """Five kills of one run, each somewhere else, and then the run's end."""
    output = f"kills-{choice.randrange(2**32)}"
    for _ in range(5):
        kill_a_rank(place, choice, output)
    train(place, output, *RUN, ranks=2)
    # Other numbers of ranks round otherwise; the course is the same.
    for a, b in zip(losses(place.path / "undisturbed-2"), losses(place.path / output), strict=True):
        assert abs(a - b) <= 1e-3 * abs(a), (a, b)
    no_leftovers(place.path / output)
    return output


def under_strace(place, output, strace, ranks=2):
    """The run with strace around rank r as strace[r] says."""
    wrapper = place.path / "wrapper.sh"
    wrapper.write_text("#!/bin/sh\ncase $OMPI_COMM_WORLD_RANK in\n" +
                       "".join(f"{rank}) exec strace -f -qq {options} \"$@\" ;;\n" for rank, options in strace.items()) +
                       "*) exec \"$@\" ;;\nesac\n")
    wrapper.chmod(0o755)
    command = place.command("train", DIFFUSION, "--output", output, *settings(*RUN), ranks=ranks)
    at = command.index(place.radforge)
    command[at:at] = [str(wrapper)]
    return subprocess.run(command, cwd=place.path, env=dict(os.environ, OMP_NUM_THREADS="1"), capture_output=True, text=True,
                          timeout=300, check=False)


@functools.cache
def writing_calls(place):
    """(rank, system call, path in the run's folder) of an undisturbed run, for every call that changes the folder."""
    strace = {rank: f"-y -o trace-{rank} -e trace={','.join(WRITING)}" for rank in (0, 1)}
    result = under_strace(place, "traced", strace)
    assert result.returncode == 0, result.stderr
    found = set()
    for rank in strace:
        for line in (place.path / f"trace-{rank}").read_text(errors="replace").splitlines():
            call = re.match(r"\d+ +(\w+)\(", line)
            path = re.search(r"""["/<]traced(/[^">]*)?[">]""", line)
            if call and path:
                found.add((rank, call[1], path[1] or ""))
    shutil.rmtree(place.path / "traced")
    return sorted(found)


def strike(place, choice, name, injection, calls):
    """A run in which one such call on one path, chosen at random, is struck; its folder's name and its end."""
    while True:
        rank, call, path = choice.choice([entry for entry in writing_calls(place) if entry[1] in calls])
        output = f"{name}-{choice.randrange(2**32)}"
        paths = f"-P {output}{path} -P {place.path / output}{path}"
        result = under_strace(place, output, {rank: f"-o trace {paths} -e trace={call} -e inject={call}:{injection}"})
        struck = re.search(r"\((INJECTED|DELAYED)\)", (place.path / "trace").read_text(errors="replace"))
        if result.returncode != 0 or struck:
            return output, result
        shutil.rmtree(place.path / output)  # no such path this time: some names are drawn anew in each run


def crash_in_a_system_call(place, choice):
    """T04: killed at a writing call of one rank; the next start finds an old or a new set, and the end is the same."""
    output, _ = strike(place, choice, "crash", "signal=KILL", WRITING)
    train(place, output, *RUN, ranks=2)
    # Between the last set's name and the removal of the oldest set, a kill leaves one more than is kept.
    same_results(place.path / "undisturbed-2", place.path / output, earlier_sets_may_differ=True)
    no_leftovers(place.path / output)
    return output


def a_system_call_fails(place, choice):
    """T05: it says what failed and ends with the exit code of that, or goes on; nothing is lost."""
    error = choice.choice(("ENOSPC", "EIO", "EDQUOT"))
    output, result = strike(place, choice, "error", f"error={error}", set(WRITING) - {"unlink", "rmdir"})
    assert result.returncode in (0, 1, 4), (result.returncode, result.stderr)
    train(place, output, *RUN, ranks=2)
    # A save that failed is told, and the next one stands in for it.
    same_results(place.path / "undisturbed-2", place.path / output, earlier_sets_may_differ=True)
    no_leftovers(place.path / output)
    return output


def slow_disk(place, choice):
    """T10 and T20: flushes that take 3 s of a rank hold up no step for longer, and raise no alarm."""
    output, result = strike(place, choice, "slow", "delay_enter=3s", {"fsync", "fdatasync"})
    assert result.returncode == 0, (result.returncode, result.stderr)
    same_results(place.path / "undisturbed-2", place.path / output)
    return output


def storm_of_term(place, choice):
    """T14: TERM to all ranks at a random moment: all are gone within seconds, nothing is saved, and the end is the same."""
    output = f"term-{choice.randrange(2**32)}"
    run = start(place, output, *RUN, ranks=3)
    wait_for_lines(run, place.path / output, choice.randrange(0, 75))
    victims = ranks_of(run)
    newest = newest_set(place.path / output)
    for pid in victims:
        os.kill(pid, signal.SIGTERM)
    begin = time.monotonic()
    run.communicate(timeout=60)
    assert time.monotonic() - begin < 15, time.monotonic() - begin
    assert run.returncode != 0 and not any(is_alive(pid) for pid in victims)
    assert newest_set(place.path / output) >= newest
    train(place, output, *RUN, ranks=3)
    same_results(undisturbed(place, 3), place.path / output)
    return output


def mismatched_collectives(place, _):
    """T17: a rank that leaves out a collective, or makes another one or one of another size, is named within the deadline."""
    environment = dict(os.environ, OMPI_MCA_hwloc_base_binding_policy="none", OMP_NUM_THREADS="1")
    script = pathlib.Path(__file__).resolve().parents[1] / "integration/fault_watchdog_stuck.sh"
    subprocess.run([script, shutil.which("mpirun"), pathlib.Path(place.radforge).with_name("fault_watchdog")],
                   check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)


def clean_run(place, choice):
    """T18: no rank of an undisturbed run is called slow."""
    output = f"clean-{choice.randrange(2**32)}"
    _, log = train(place, output, "train.steps=60", "train.log_every_steps=20", ranks=3)
    assert "All wait for it" not in log, log
    return output


def launcher_killed(place, choice):
    """T19: kill -9 of mpirun and the same command at once; the ranks that are left alter nothing."""
    output = f"launcher-{choice.randrange(2**32)}"
    run = start(place, output, *RUN)
    wait_for_lines(run, place.path / output, choice.randrange(12, 60))
    os.kill(run.pid, signal.SIGKILL)
    run.communicate(timeout=60)
    for _ in range(30):  # those who hold the folder end within seconds
        command = place.command("train", DIFFUSION, "--output", output, *settings(*RUN), ranks=2)
        result = subprocess.run(command, cwd=place.path, env=dict(os.environ, OMP_NUM_THREADS="1"), capture_output=True, text=True,
                                timeout=120, check=False)
        if result.returncode == 0:
            break
        assert result.returncode == 73, (result.returncode, result.stderr)
        time.sleep(1)
    same_results(place.path / "undisturbed-2", place.path / output)
    return output


def null_pipeline(place):
    """The smallest pipeline that there is, for images of 8 pixels: what is tested is all but the networks."""
    if (place.path / "null/pipeline/model_index.json").exists():
        return
    place.run("prepare", "configs/test/prepare.yaml", "--output", "tiny", "--set", "image.size=8")
    data = ["--set", "data.sources.0.dataset=tiny"]
    place.run("train", "configs/test/autoencoder.yaml", "--output", "tiny-autoencoder", *data, "--set", "autoencoder.sample_size=8",
              "--set", "autoencoder.block_out_channels=[4]")
    place.run("train", DIFFUSION, "--output", "null", *data, "--set", "autoencoder=tiny-autoencoder/pipeline", "--set",
              "unet.down_block_types=[DownBlock2D]", "--set", "unet.up_block_types=[UpBlock2D]", "--set", "unet.block_out_channels=[4]",
              "--set", "unet.num_attention_heads=[1]", "--set", "unet.sample_size=8")


def generation(place, output, num_images, ranks):
    values = ["pipeline=null/pipeline", "sheet.real_dataset=''", f"cohort.num_images={num_images}", "sampler.steps=1", "batch_size=512",
              "rows_per_shard=1024", "cohort.age_groups=[18-39, 40-59, 60-79, 80+]", "cohort.findings=[No_Finding, Edema, Edema + Effusion]"]
    return place.command("generate", "configs/test/generate.yaml", "--output", output,
                         *(word for value in values for word in ("--set", value)), ranks=ranks)


def finish_generation(place, output, num_images, ranks):
    subprocess.run(generation(place, output, num_images, ranks), cwd=place.path, check=True, timeout=3000, capture_output=True,
                   env=dict(os.environ, OMP_NUM_THREADS="1"))


def kill_generations(place, choice):
    """T28: 565,000 ids, 20 kills, each time another number of ranks: nothing lost, nothing twice, the bytes of an undisturbed run."""
    null_pipeline(place)
    total, output = 565_000, f"ids-{choice.randrange(2**32)}"
    whole = place.path / "ids-undisturbed"
    if not (whole / "dataset.json").exists():
        finish_generation(place, whole.name, total, 2)
    folder = place.path / output
    num_kills, ranks = 0, 2
    while num_kills < 20:
        ranks = choice.choice([number for number in (1, 2, 3, 4) if number != ranks])
        before = len(list(folder.glob("shard-*.h5")))
        run = subprocess.Popen(generation(place, output, total, ranks), cwd=place.path, env=dict(os.environ, OMP_NUM_THREADS="1"),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        goal = before + choice.randrange(0, 25)  # of 552 shards
        while len(list(folder.glob("shard-*.h5"))) < goal and run.poll() is None:
            time.sleep(0.01)
        time.sleep(choice.uniform(0, 2))
        victims = ranks_of(run) if run.poll() is None else []
        assert victims, run.communicate(timeout=60)
        for pid in victims if choice.random() < 0.3 else [choice.choice(victims)]:
            os.kill(pid, signal.SIGKILL)
        run.communicate(timeout=120)
        num_kills += 1
    finish_generation(place, output, total, 3)
    one, other = (json.loads((place / "dataset.json").read_text()) for place in (whole, folder))
    assert sum(shard["num_rows"] for shard in other["shards"]) == total and one == other
    assert not (folder / "claims").exists()
    begin = time.monotonic()
    place.run("verify", output, ranks=2)
    print(f"faults: verify of {total} ids took {time.monotonic() - begin:.1f} s", file=sys.stderr)
    return output


def disk_full_of_shards(place, choice):
    """T29: the disk is full somewhere in a generation: exit 4, every shard that is there is whole; with room again it is completed."""
    null_pipeline(place)
    total = 20_480
    whole = place.path / "full-undisturbed"
    if not (whole / "dataset.json").exists():
        finish_generation(place, whole.name, total, 2)
    output = f"full-{choice.randrange(2**32)}"
    folder = place.path / output
    folder.mkdir()
    size = sum(path.stat().st_size for path in whole.iterdir() if path.is_file())
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={choice.randrange(size // 8, size)}", "tmpfs", folder], check=True)
    try:
        result = subprocess.run(generation(place, output, total, choice.choice((1, 2, 3))), cwd=place.path, capture_output=True, text=True,
                                timeout=300, check=False, env=dict(os.environ, OMP_NUM_THREADS="1"))
        assert result.returncode == 4 and "No space left" in result.stderr, (result.returncode, result.stderr)
        assert not (folder / "dataset.json").exists()
        for shard in folder.glob("shard-*.h5"):
            assert shard.read_bytes() == (whole / shard.name).read_bytes(), shard.name
        subprocess.run(["mount", "-o", f"remount,size={3 * size}", folder], check=True)
        finish_generation(place, output, total, 2)
        assert (folder / "dataset.json").read_bytes() == (whole / "dataset.json").read_bytes()
        for shard in whole.glob("*.h5"):
            assert shard.read_bytes() == (folder / shard.name).read_bytes(), shard.name
    finally:
        subprocess.run(["umount", folder], check=True)
    return output


def read_while_the_writer_dies(place, choice):
    """T31: a data set is read while the ranks that repair it are killed: every answer is right, and comes within 20 s."""
    null_pipeline(place)
    total, output = 20_480, f"read-{choice.randrange(2**32)}"
    folder = place.path / output
    finish_generation(place, output, total, 2)
    whole = {path.name: path.read_bytes() for path in folder.glob("*.h5")}
    for name in choice.sample(sorted(whole), len(whole) // 2):
        (folder / name).write_bytes(whole[name][:choice.randrange(len(whole[name]))])
    run = subprocess.Popen(place.command("repair", output, ranks=2), cwd=place.path, env=dict(os.environ, OMP_NUM_THREADS="1"),
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(choice.uniform(0.2, 3))
    looks = [subprocess.Popen(place.command(*look, output), cwd=place.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
             for look in (("verify", "--deep"), ("inspect",), ("verify",))]
    for pid in ranks_of(run) if run.poll() is None else []:
        os.kill(pid, signal.SIGKILL)
    for look in looks:
        _, log = look.communicate(timeout=20)
        assert look.returncode == 0 or look.returncode == 3 and output in log, (look.args, look.returncode, log)
    run.communicate(timeout=60)
    place.run("repair", output, ranks=2)
    for name, content in whole.items():
        assert (folder / name).read_bytes() == content, name
    place.run("verify", output, "--deep")
    return output


CASES = {"T03": (random_kills, 10), "T04": (crash_in_a_system_call, 40), "T05": (a_system_call_fails, 20), "T10-T20": (slow_disk, 5),
         "T14": (storm_of_term, 10), "T17": (mismatched_collectives, 5), "T18": (clean_run, 20), "T19": (launcher_killed, 10), "T28": (kill_generations, 1),
         "T29": (disk_full_of_shards, 10), "T31": (read_while_the_writer_dies, 10)}


def table(tally):
    counts = collections.Counter()
    for line in tally.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        counts[entry["case"], entry["passed"]] += 1
    print("| case | what | passed | tried |\n|---|---|---:|---:|")
    for name, (function, _) in CASES.items():
        passed, failed = counts[name, True], counts[name, False]
        print(f"| {name} | {function.__doc__.splitlines()[0]} | {passed} | {passed + failed} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("radforge")
    parser.add_argument("source")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--scale", type=float, default=1, help="of the number of tries")
    parser.add_argument("--tally", type=pathlib.Path, default=pathlib.Path("runs/faults/tally.jsonl"))
    parser.add_argument("--table", action="store_true", help="print the tallies and end")
    options = parser.parse_args()
    os.environ.update(MPI)
    if options.table:
        table(options.tally)
        return
    if shutil.which("strace") is None:
        sys.exit("faults: strace is not there: install Debian's package strace")
    options.tally.parent.mkdir(parents=True, exist_ok=True)
    with Workplace(options.radforge, options.source) as place:
        make_inputs(place)
        train(place, "undisturbed-2", *RUN, ranks=2)
        for name in options.cases or CASES:
            function, tries = CASES[name]
            for number in range(max(1, round(tries * options.scale))):
                seed = random.randrange(2**32)
                entry = {"case": name, "seed": seed, "passed": False, "date": time.strftime("%Y-%m-%d")}
                try:
                    output = function(place, random.Random(seed))
                    if output:
                        shutil.rmtree(place.path / output)
                    entry["passed"] = True
                finally:
                    with options.tally.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(entry) + "\n")
                print(f"faults: {name} {number + 1} passed", file=sys.stderr, flush=True)
    table(options.tally)


main()
