#!/usr/bin/env python3
"""Trainings on a virtual cluster, each disturbed once at a random moment: by a node that loses power, by a pre-emption, by the signal before the time
limit. Each must end with the weights of one that nothing disturbed.

usage: tests/slurm/disturbances.py RADFORGE [--count 20] [--kinds ...] [--seed 1] [--tally FILE]
The tally gets a line of JSON for each.
"""

import argparse
import datetime
import json
import pathlib
import random
import sys
import time

from chain import training, undisturbed
from cluster import Cluster

STEPS = 400
ENDS_WITHIN = 30 # seconds after Slurm has noticed that a node is gone
LOOK_AGAIN = 0.1


def node_state(cluster, node):
    return cluster.run("sinfo", "--noheader", "--partition=main", f"--nodes={node}", "--format=%T").strip()


def wait_until(what, seconds, is_so):
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(LOOK_AGAIN)
    return time.monotonic() - start


def lose_node(cluster, job, rng):
    """Slurm is left to notice by itself. The node of rank 0, which runs the job file, is as likely as the other."""
    node = rng.choice(["n1", "n2"])
    cluster.virtual("kill-node", node)
    try:
        noticed = wait_until("Slurm's noticing", 120, lambda: "down" in node_state(cluster, node))
        ended = wait_until("the job's end", ENDS_WITHIN, lambda: cluster.field(job, "JobState") not in ("RUNNING", "COMPLETING"))
    finally:
        cluster.virtual("start-node", node)
    return {"node": node, "noticed_s": round(noticed, 1), "ended_s": round(ended, 1)}


def preempt(cluster, _job, _rng):
    urgent = cluster.submit("--partition=urgent", "--nodes=2", "--exclusive", "--wrap=sleep 1")
    cluster.wait(urgent)
    return {}


def signal(cluster, job, _rng):
    """As Slurm sends it before the time limit."""
    cluster.run("scancel", "--batch", "--signal=USR1", job)
    return {}


KINDS = {"node": lose_node, "preemption": preempt, "signal": signal}


def disturb(cluster, kind, name, longest, rng, want):
    """One training; what became of it, None if it was at its end before it could be disturbed."""
    job = training(cluster, name, steps=STEPS)
    wait_until("the start", 60, lambda: cluster.field(job, "JobState") == "RUNNING")
    moment = rng.uniform(0, longest)
    time.sleep(moment)
    if cluster.field(job, "JobState") != "RUNNING":
        return None
    start = time.monotonic()
    facts = KINDS[kind](cluster, job, rng)
    cluster.wait(job, seconds=300)
    lines = cluster.chain(name)
    starts = sum(" start job " in line for line in lines)
    assert lines[-1].endswith("code 0 done"), (moment, facts, lines, cluster.log(job))
    return {"kind": kind, "moment_s": round(moment, 2), **facts, "until_done_s": round(time.monotonic() - start, 1), "starts": starts,
            "equal": cluster.weights(name) == want}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("radforge")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tally", type=pathlib.Path, default=pathlib.Path("runs/slurm/tally.jsonl"))
    options = parser.parse_args()
    options.tally.parent.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)
    failed = 0
    with Cluster(options.radforge) as cluster, options.tally.open("a") as tally:
        start = time.monotonic()
        want = undisturbed(cluster, steps=STEPS)
        first, last = (datetime.datetime.fromisoformat(line.split(" ", 1)[0]) for line in cluster.chain("undisturbed"))
        longest = (last - first).total_seconds()
        print(f"an undisturbed training takes {longest:.0f} s ({time.monotonic() - start:.0f} s with all before it)", flush=True)
        for kind in options.kinds:
            results = []
            for attempt in range(4 * options.count):
                if len(results) == options.count:
                    break
                try:
                    result = disturb(cluster, kind, f"{kind}-{attempt}", longest, rng, want)
                except AssertionError as problem:
                    result = {"kind": kind, "equal": False, "problem": str(problem)}
                if result is not None:
                    results.append(result)
                    tally.write(json.dumps(result) + "\n")
                    tally.flush()
            good = sum(result["equal"] for result in results)
            failed += len(results) - good + (len(results) < options.count)
            slowest = max((result.get("ended_s", 0) for result in results), default=0)
            print(f"{kind}: {good} of {len(results)} ended as if nothing had happened" + (f", the job at most {slowest} s after Slurm's noticing" if kind == "node" else ""),
                  flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
