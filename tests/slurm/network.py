#!/usr/bin/env python3
"""Nodes with networks of their own: a cut link is told by the watchdog, a slow one and a node that sees another folder by the doctor."""

import json
import os
import subprocess
import sys
import time

from cluster import SKIPPED, Cluster

DEADLINE = 3 # seconds, of a collective
MARGIN = 3 # times: the machine's cores are shared


def link_of(cluster, node):
    """The network interface that leads to n<node>."""
    names = (line.split("=", 1) for line in (cluster.state / "up.conf").read_text().splitlines())
    return f"{dict(names)['bridge']}.{node}"


def examine(cluster, *options, expect=0):
    command = ["srun", "--mpi=pmix", "--nodes=3", "--ntasks-per-node=1", cluster.environment["RADFORGE"], "doctor", "--json", "--output", "examined", *options]
    result = subprocess.run(command, cwd=cluster.path, env=cluster.environment, capture_output=True, text=True, timeout=120, check=False)
    said = json.loads(result.stdout)
    assert said["exit_code"] == expect, (expect, result.stdout, result.stderr)
    return said


def found(said, check):
    return next(finding for finding in said["findings"] if finding["check"] == check)


def finds_a_slow_link(cluster):
    """Shaped to 1 Gbit/s, which is 0.125 GB/s."""
    said = examine(cluster)
    before = {node["host"]: node["rate_gb_s"] for node in said["nodes"]}
    assert list(before) == ["n1", "n2", "n3"] and min(before.values()) > 0.13, before
    cluster.run("tc", "qdisc", "add", "dev", link_of(cluster, 2), "root", "tbf", "rate", "1gbit", "burst", "512kb", "latency", "50ms")
    said = examine(cluster)
    after = {node["host"]: node["rate_gb_s"] for node in said["nodes"]}
    assert after["n2"] < 0.13 and min(after["n1"], after["n3"]) > 0.13, after
    assert said["exclude"] == "", said["exclude"]
    said = examine(cluster, "--least-rate", "0.13", expect=78)
    assert said["exclude"] == "n2" and "slow: n2" in found(said, "all-reduce")["found"], said
    cluster.run("tc", "qdisc", "del", "dev", link_of(cluster, 2), "root")


def finds_a_folder_of_its_own(cluster):
    """On n2 something else is mounted where the others have the output folder."""
    with cluster.folder_apart("n2", "examined"):
        said = examine(cluster, expect=78)
    assert said["exclude"] == "n2" and "not the folder that n1 sees" in found(said, "output folder")["found"], said
    assert examine(cluster)["exclude"] == ""


def names_a_rank_behind_a_cut_link(cluster):
    """The ranks wait in a sum for each other: the watchdog ends them long before Slurm or TCP notices."""
    job = cluster.submit("--nodes=2", "--nodelist=n1,n2", "--no-requeue", "jobs/train_diffusion.sbatch", "configs/test/diffusion.yaml", "--output", "cut",
                         "--set", "train.steps=100000", "--set", f"watchdog.collective_s={DEADLINE}")
    cluster.wait_for("cut/checkpoints/step-8/manifest.json")
    cluster.run("ip", "link", "set", link_of(cluster, 2), "down")
    start = time.monotonic()
    while not (reports := list((cluster.path / "cut").glob("watchdog-rank-*.txt"))):
        assert time.monotonic() - start < MARGIN * (DEADLINE + 2), "no report"
        time.sleep(0.1)
    time.sleep(1) # until it is written
    report = reports[0].read_text(errors="replace")
    verdict = report.splitlines()[1]
    assert any(verdict.startswith(f"rank {rank} on host n{rank + 1} stays in started all-reduce (sum") for rank in (0, 1)), report
    assert "rank 0 on host n1: phase collective" in report and "rank 1 on host n2: phase collective" in report, report
    cluster.run("ip", "link", "set", link_of(cluster, 2), "up")
    cluster.run("scancel", job)


def main():
    if os.geteuid() != 0:
        print("skipped: networks of nodes want root")
        sys.exit(SKIPPED)
    with Cluster(sys.argv[1], "--net", nodes=3) as cluster:
        finds_a_slow_link(cluster)
        finds_a_folder_of_its_own(cluster)
        cluster.wait(cluster.submit("jobs/prepare.sbatch", "configs/test/prepare.yaml"))
        cluster.wait(cluster.submit("jobs/train_diffusion.sbatch", "configs/test/autoencoder.yaml"))
        names_a_rank_behind_a_cut_link(cluster)


if __name__ == "__main__":
    main()
