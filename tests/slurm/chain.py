#!/usr/bin/env python3
"""Job files on a virtual cluster: what is stopped, pre-empted or loses its node is started again, and ends as if nothing had happened."""

import sys
import time

from cluster import Cluster

TRAIN = ("jobs/train_diffusion.sbatch", "configs/test/diffusion.yaml")


def training(cluster, output, *options, **environment):
    return cluster.submit("--nodes=2", *options, *TRAIN, "--output", output, "--set", "train.steps=80", **environment)


def undisturbed(cluster):
    """All that comes before, and a training on two nodes."""
    cluster.wait(cluster.submit("jobs/prepare.sbatch", "configs/test/prepare.yaml"))
    cluster.wait(cluster.submit("jobs/train_diffusion.sbatch", "configs/test/autoencoder.yaml"))
    job = training(cluster, "undisturbed")
    cluster.wait(job)
    start, end = cluster.chain("undisturbed")
    assert f"start job {job} restart 0 nodes n[1-2]" in start and end.endswith(f"end job {job} code 0 done"), (start, end)
    assert "over 2 ranks" in cluster.log(job), cluster.log(job)
    return cluster.weights("undisturbed")


def stopped(cluster, want):
    """The signal before the time limit: an agreed stop, a requeue, the same end."""
    job = training(cluster, "stopped")
    cluster.wait_for("stopped/checkpoints/step-4/manifest.json")
    cluster.run("scancel", "--batch", "--signal=USR1", job)
    cluster.wait(job)
    lines = cluster.chain("stopped")
    assert len(lines) == 4 and lines[1].endswith("code 75 again (stopped on request)") and "restart 1" in lines[2], lines
    assert cluster.weights("stopped") == want


def resubmitted(cluster, want):
    """Where a site does not requeue, another job follows."""
    job = training(cluster, "resubmitted", "--time=7", RADFORGE_CHAIN="resubmit")
    cluster.wait_for("resubmitted/checkpoints/step-4/manifest.json")
    cluster.run("scancel", "--batch", "--signal=USR1", job)
    cluster.wait(job, "FAILED") # its code is 75
    follower = str(int(job) + 1)
    assert cluster.field(follower, "TimeLimit") == "00:07:00", cluster.field(follower, "TimeLimit")
    cluster.wait(follower)
    lines = cluster.chain("resubmitted")
    assert len(lines) == 4 and f"start job {follower} restart 0 nodes n[1-2]" in lines[2] and lines[3].endswith("code 0 done"), lines
    assert cluster.weights("resubmitted") == want


def preempted(cluster, want):
    job = training(cluster, "preempted")
    cluster.wait_for("preempted/checkpoints/step-4/manifest.json")
    urgent = cluster.submit("--partition=urgent", "--nodes=2", "--exclusive", "--wrap=sleep 1")
    cluster.wait(urgent)
    cluster.wait(job)
    lines = cluster.chain("preempted")
    assert "restart 1" in lines[-2] and lines[-1].endswith("code 0 done"), lines
    assert cluster.weights("preempted") == want


def loses_a_node(cluster, want):
    job = training(cluster, "lost")
    cluster.wait_for("lost/checkpoints/step-4/manifest.json")
    cluster.virtual("kill-node", "n2")
    cluster.run("scontrol", "update", "NodeName=n2", "State=DOWN", "Reason=test")
    cluster.virtual("start-node", "n2")
    cluster.wait(job)
    lines = cluster.chain("lost")
    assert "restart" in lines[-2] and "restart 0" not in lines[-2] and lines[-1].endswith("code 0 done"), lines
    assert cluster.weights("lost") == want


def helps_each_other(cluster):
    """Tasks of an array make one data set."""
    job = cluster.submit("jobs/generate.sbatch", "configs/test/generate.yaml", "--set", "pipeline=undisturbed/pipeline", "--output", "made")
    for task in ("1", "2"):
        cluster.wait(f"{job}_{task}")
        assert cluster.chain("made", f"chain-{task}.txt")[-1].endswith("code 0 done")
    assert (cluster.path / "made/dataset.json").exists()


def follows_a_task(cluster):
    """Of an array the task alone that has stopped has a job that follows it."""
    once = cluster.program("once", '[ "$SLURM_ARRAY_TASK_ID" = 2 ] && [ ! -e seen ] && touch seen && exit 75; exit 0')
    job = cluster.submit("jobs/generate.sbatch", "configs/test/generate.yaml", "--output", "tasks", RADFORGE=once, RADFORGE_CHAIN="resubmit")
    cluster.wait(f"{job}_1")
    deadline = time.monotonic() + 60
    while len(lines := cluster.chain("tasks", "chain-2.txt") if (cluster.path / "tasks/chain-2.txt").exists() else []) < 4:
        assert time.monotonic() < deadline, lines
        time.sleep(0.3)
    assert lines[1].endswith("code 75 again (stopped on request)") and lines[3].endswith("code 0 done"), lines
    assert len(cluster.chain("tasks", "chain-1.txt")) == 2, cluster.chain("tasks", "chain-1.txt")


def ends(cluster):
    """What a new start would not mend is not started again."""
    job = cluster.submit(*TRAIN, "--output", "wrong", "--set", "train.stepz=3")
    cluster.wait(job, "FAILED")
    lines = cluster.chain("wrong")
    assert len(lines) == 2 and lines[1].endswith("code 2 ended (the same start would end alike)") and "stepz" in cluster.log(job), lines
    job = cluster.submit(*TRAIN, "--output", "crashing", RADFORGE=cluster.program("broken", "exit 5"))
    cluster.wait(job, "FAILED")
    lines = cluster.chain("crashing")
    assert sum(" start job " in line for line in lines) == 3 and lines[-1].endswith("code 79 (3 starts have added nothing)"), lines
    assert "mend the cause" in cluster.log(job), cluster.log(job)
    job = cluster.submit(*TRAIN, RADFORGE_CLUSTER="nowhere")
    cluster.wait(job, "FAILED")
    assert "cluster 'nowhere' is not known" in cluster.log(job), cluster.log(job)


def main():
    with Cluster(sys.argv[1]) as cluster:
        want = undisturbed(cluster)
        for check in (stopped, resubmitted, preempted, loses_a_node):
            check(cluster, want)
        helps_each_other(cluster)
        follows_a_task(cluster)
        ends(cluster)


if __name__ == "__main__":
    main()
