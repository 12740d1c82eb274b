#!/usr/bin/env python3
"""Chains of starts on a virtual cluster: what is stopped, pre-empted, out of time or without its node is started again, and ends as if
nothing had happened; what waits for it waits for the whole chain; what the user ends has ended."""

import sys
import threading
import time

from cluster import Cluster

TRAIN = ("jobs/train_diffusion.sbatch", "configs/test/diffusion.yaml")


def training(cluster, output, *options, steps=80, **environment):
    return cluster.submit("--nodes=2", *options, *TRAIN, "--output", output, "--set", f"train.steps={steps}", **environment)


def undisturbed(cluster, **steps):
    """All that comes before, and a training on two nodes."""
    cluster.wait(cluster.submit("jobs/prepare.sbatch", "configs/test/prepare.yaml"))
    cluster.wait(cluster.submit("jobs/train_diffusion.sbatch", "configs/test/autoencoder.yaml"))
    job = training(cluster, "undisturbed", **steps)
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
    assert "follows" not in cluster.log(job), cluster.log(job)


def resubmitted(cluster, want):
    """Where a site does not requeue, another job follows with the same options, and what waits for the first waits for it as well."""
    options = ("--time=7", "--constraint=big|small", "--mem=100", "--exclude=n4", "--gres=gpu:1")
    job = training(cluster, "resubmitted", *options, RADFORGE_CHAIN="resubmit")
    waits = cluster.submit(f"--dependency=afterok:{job}", "--kill-on-invalid-dep=yes", "--wrap=tail -n 1 resubmitted/chain.txt")
    cluster.wait_for("resubmitted/checkpoints/step-4/manifest.json")
    cluster.run("scancel", "--batch", "--signal=USR1", job)
    cluster.wait(job)
    follower = cluster.log(job).split(" follows")[0].split()[-1]
    cluster.wait(waits)
    assert cluster.log(waits).strip().endswith(f"end job {follower} code 0 done"), cluster.log(waits)
    for field in ("TimeLimit", "Features", "MinMemoryNode", "TresPerNode", "ExcNodeList", "NumNodes", "Partition", "JobName", "StdOut"):
        assert cluster.field(follower, field) == cluster.field(job, field), (field, cluster.field(follower, field), cluster.field(job, field))
    assert cluster.field(follower, "TimeLimit") == "00:07:00", cluster.field(follower, "TimeLimit")
    lines = cluster.chain("resubmitted")
    assert len(lines) == 4 and lines[1].endswith("code 75 again (stopped on request)"), lines
    assert f"start job {follower} restart 0 nodes n[1-2]" in lines[2] and lines[3].endswith("code 0 done"), lines
    assert cluster.weights("resubmitted") == want


def preempted(cluster, want):
    job = training(cluster, "preempted")
    cluster.wait_for("preempted/checkpoints/step-4/manifest.json")
    urgent = cluster.submit("--partition=urgent", "--nodelist=n[1-2]", "--exclusive", "--wrap=sleep 1")
    cluster.wait(urgent)
    cluster.wait(job)
    lines = cluster.chain("preempted")
    assert any(line.endswith("code 75 again (stopped on request)") for line in lines), lines
    assert "restart 1" in lines[-2] and lines[-1].endswith("code 0 done"), lines
    assert cluster.weights("preempted") == want


def loses_a_node(cluster, want):
    """Slurm starts the job again; where it does not, another one follows."""
    for mode, option in (("requeue", "--requeue"), ("resubmit", "--no-requeue")):
        output = f"lost-{mode}"
        job = training(cluster, output, option, RADFORGE_CHAIN=mode)
        waits = cluster.submit(f"--dependency=afterok:{job}", "--wrap=true")
        cluster.wait_for(f"{output}/checkpoints/step-4/manifest.json")
        cluster.virtual("kill-node", "n2")
        cluster.run("scontrol", "update", "NodeName=n2", "State=DOWN", "Reason=test")
        cluster.virtual("start-node", "n2")
        cluster.wait(waits)
        lines = cluster.chain(output)
        assert ("restart 0" in lines[-2]) == (mode == "resubmit") and "n[1-2]" in lines[-2] and lines[-1].endswith("code 0 done"), lines
        assert cluster.weights(output) == want


def helps_each_other(cluster):
    """Tasks of an array make one data set."""
    job = cluster.submit("jobs/generate.sbatch", "configs/test/generate.yaml", "--set", "pipeline=undisturbed/pipeline", "--output", "made")
    for task in ("1", "2"):
        cluster.wait(f"{job}_{task}")
        assert cluster.chain("made", f"chain-{task}.txt")[-1].endswith("code 0 done")
    assert (cluster.path / "made/dataset.json").exists()


def follows_tasks(cluster):
    """Of an array the tasks alone that have stopped have jobs that follow them, though they stop at once; what waits for the array waits for all."""
    once = cluster.stand_in("once", '[ "$SLURM_ARRAY_TASK_ID" != 3 ] && mkdir "seen-$SLURM_ARRAY_TASK_ID" && sleep 2 && exit 75\n'
                                   '[ "$SLURM_ARRAY_TASK_ID" = 3 ] || sleep 3; exit 0')
    job = cluster.submit("--array=1-3", "jobs/generate.sbatch", "configs/test/generate.yaml", "--output", "tasks", RADFORGE=once,
                         RADFORGE_CHAIN="resubmit")
    waits = cluster.submit(f"--dependency=afterok:{job}", "--wrap=cat tasks/chain-*.txt")
    cluster.wait(waits)
    seen = cluster.log(waits).splitlines()
    assert sum(line.endswith("code 75 again (stopped on request)") for line in seen) == 2, seen
    assert sum(line.endswith("code 0 done") for line in seen) == 3 and len(seen) == 10, seen


def short_of_time(cluster):
    """Starts of a program that hears no signal, with their time over in a minute; the jobs, and what waits for them. Others run meanwhile, so a
    thread gives the second start more time as soon as there is one."""
    deaf = cluster.stand_in("deaf", 'trap "" USR1\nmkdir "time-$SLURM_JOB_NODELIST" || exit 0\nscontrol update JobId="$SLURM_JOB_ID" TimeLimit=1\n'
                                   'while sleep 0.2; do :; done')
    jobs = []
    for node, mode in (("n3", "requeue"), ("n4", "resubmit")):
        job = cluster.submit(f"--nodelist={node}", *TRAIN, "--output", f"time-is-over-{mode}", RADFORGE=deaf, RADFORGE_CHAIN=mode)
        jobs += [job, cluster.submit(f"--dependency=afterok:{job}", f"--kill-on-invalid-dep={'yes' if mode == 'requeue' else 'no'}", "--wrap=true")]

    def give_time():
        cluster.wait_until(lambda: "PENDING" in cluster.field(jobs[0], "JobState"), "requeue after the time limit", 300)
        cluster.run("scontrol", "update", f"JobId={jobs[0]}", "TimeLimit=10")

    cluster.wait_until(lambda: cluster.field(jobs[0], "JobState") == "RUNNING", "first start", 60)
    thread = threading.Thread(target=give_time)
    thread.start()
    return thread, jobs


def outlives_its_time(cluster, thread, jobs):
    """Where a save took longer than there was time for, the job file sees the ranks end, and the chain goes on."""
    over = "code 143 again (the time was over before all ranks had stopped)"
    requeued, waits, resubmitted_, moved = jobs
    thread.join()
    cluster.wait(requeued)
    lines = cluster.chain("time-is-over-requeue")
    assert len(lines) == 4 and lines[1].endswith(over) and "restart 1" in lines[2] and lines[3].endswith("code 0 done"), lines
    assert "follows" not in cluster.log(requeued), cluster.log(requeued)
    cluster.wait(waits)
    assert cluster.field(resubmitted_, "JobState") == "TIMEOUT", cluster.field(resubmitted_, "JobState")
    lines = cluster.chain("time-is-over-resubmit")
    assert len(lines) == 2 and lines[1].endswith(over), lines
    follower = cluster.log(resubmitted_).split(" follows")[0].split()[-1]
    cluster.wait(follower, "FAILED")
    assert "--time=00:01:00 leaves no time to save" in cluster.log(resubmitted_), cluster.log(resubmitted_)
    assert cluster.field(moved, "Dependency") == f"afterok:{follower}(failed)", cluster.field(moved, "Dependency")


def cancelled(cluster):
    """What the user ends is not started again, in either way."""
    waiting = cluster.stand_in("waiting", 'touch "$4/works"; while sleep 0.2; do :; done') # after train CONFIG --output
    for mode in ("requeue", "resubmit"):
        job = cluster.submit(*TRAIN, "--output", f"cancelled-{mode}", RADFORGE=waiting, RADFORGE_CHAIN=mode)
        cluster.wait_for(f"cancelled-{mode}/works")
        cluster.run("scancel", job)
        cluster.wait(job, "CANCELLED")
        lines = cluster.chain(f"cancelled-{mode}")
        assert len(lines) == 2 and lines[1].endswith("left to Slurm (cancelled, or its node has failed)"), lines
        time.sleep(1)
        others = cluster.run("squeue", "--noheader", "--name=train_diffusion", "--states=PENDING,RUNNING,COMPLETING", "--format=%A").split()
        assert int(max(others, default="0", key=int)) <= int(job), others


def is_not_deceived(cluster):
    """A launcher that ends with 0 where no rank has said anything, as srun does where it could not start one; and ranks that say no end."""
    silent = cluster.program("silent", '[ "$1" = doctor ] && echo 0 >"$RADFORGE_EXIT_CODE_FILE" && exit\n'
                                       'mkdir never-started && exit 0\necho running >"$RADFORGE_EXIT_CODE_FILE"')
    job = cluster.submit(*TRAIN, "--output", "silent-launcher", RADFORGE=silent)
    cluster.wait(job, "FAILED")
    lines = cluster.chain("silent-launcher")
    assert lines[1].endswith("code 5 again (a rank, its node or its launcher was lost)") and lines[-1].endswith("code 79 (3 starts have added nothing)"), lines


def leaves_out_a_bad_node(cluster):
    """A node that sees another folder is found by the doctor; another job follows, without it."""
    with cluster.folder_apart("n2", "apart") as is_apart:
        if not is_apart:
            return
        job = cluster.submit("--nodes=3", "--nodelist=n1,n2,n3", *TRAIN, "--output", "apart")
        cluster.wait(job)
        follower = cluster.log(job).split(" follows")[0].split()[-1]
        cluster.wait(follower)
    assert cluster.field(follower, "ExcNodeList") == "n2", cluster.field(follower, "ExcNodeList")
    lines = cluster.chain("apart")
    assert len(lines) == 4 and lines[1].endswith("code 78 again (without n2, which the doctor has found unfit)"), lines
    assert "nodes n[1,3-4]" in lines[2] and lines[3].endswith("code 0 done"), lines


def ends(cluster):
    """What a new start would not mend is not started again."""
    job = cluster.submit(*TRAIN, "--output", "wrong", "--set", "train.stepz=3")
    cluster.wait(job, "FAILED")
    lines = cluster.chain("wrong")
    assert len(lines) == 2 and lines[1].endswith("code 2 ended (the same start would end alike)") and "stepz" in cluster.log(job), lines
    job = cluster.submit(*TRAIN, "--output", "crashing", RADFORGE=cluster.stand_in("broken", "exit 5"))
    cluster.wait(job, "FAILED")
    lines = cluster.chain("crashing")
    assert sum(" start job " in line for line in lines) == 3 and lines[-1].endswith("code 79 (3 starts have added nothing)"), lines
    assert "mend the cause" in cluster.log(job), cluster.log(job)
    job = cluster.submit(*TRAIN, "--output", "stop-file", RADFORGE=cluster.stand_in("obedient", 'touch "$4/stop"; exit 75'))
    cluster.wait(job, "FAILED")
    lines = cluster.chain("stop-file")
    assert len(lines) == 2 and lines[1].endswith("code 75 ended (the file stop-file/stop asks for it)"), lines
    finished = cluster.stand_in("finishes", "exit 0")
    for _ in range(5): # what was done has not stalled
        job = cluster.submit(*TRAIN, "--output", "finished", RADFORGE=finished)
        cluster.wait(job)
    assert len(cluster.chain("finished")) == 10, cluster.chain("finished")


def counts_starts(cluster):
    """Three that could have added something and have not are the end; those that could not do not count."""
    def has_stalled(*ends):
        lines = [f"T start job {i} restart 0 nodes n1 has same\n" + (f"T end job {i} {end}\n" if end else "") for i, end in enumerate(ends)]
        (cluster.path / "counted.txt").write_text("".join(lines))
        script = "source jobs/slurm/chain.sh; has_stalled counted.txt same && echo stalled || echo goes on"
        return cluster.run("bash", "-c", script, SLURM_JOB_ID="1").strip() == "stalled"
    lost, unfit, early = "code 5 again (a rank, its node or its launcher was lost)", "code 78 again (without n2, which ...)", "code 75 again (stopped before it had begun)"
    assert has_stalled(lost, lost, lost) and has_stalled("", "", "") and has_stalled(lost, unfit, lost, early, lost)
    assert not has_stalled(lost, lost) and not has_stalled(unfit, unfit, unfit, early, early, early) and not has_stalled(lost, lost, "code 0 done", lost)


def main():
    with Cluster(sys.argv[1], "--features", "big,small", "--gpus-per-node", "1", nodes=4) as cluster:
        counts_starts(cluster)
        want = undisturbed(cluster)
        short = short_of_time(cluster)
        for check in (stopped, resubmitted, preempted, loses_a_node):
            check(cluster, want)
        helps_each_other(cluster)
        outlives_its_time(cluster, *short)
        follows_tasks(cluster)
        cancelled(cluster)
        is_not_deceived(cluster)
        leaves_out_a_bad_node(cluster)
        ends(cluster)


if __name__ == "__main__":
    main()
