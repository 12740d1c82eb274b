#!/usr/bin/env python3
"""What a user gets wrong with job files is told at once, with what to change: no Slurm, an unknown cluster, a partition, an account or GPUs that
the cluster refuses, a stage that fails, too little time, a configuration that was changed while its chain was under way, a folder that nodes do not share."""

import shutil
import sys

from cluster import Cluster

PIPELINE = ("jobs/pipeline.sh", "configs/test")


def without_slurm(cluster):
    """On a machine whose PATH has no sbatch; the dry run needs none."""
    tools = cluster.path / "tools"
    tools.mkdir()
    for name in ("bash", "env", "dirname", "sed", "cat", "awk", "paste", "tr"):
        (tools / name).symlink_to(shutil.which(name))
    told = cluster.refuses(["sbatch is not in PATH (no Slurm here, or its module is not loaded)", "make demo"], *PIPELINE, PATH=str(tools))
    assert len(told.splitlines()) == 1, told
    shown = cluster.run("jobs/pipeline.sh", "--dry-run", "configs/test", PATH=str(tools))
    assert len(shown.splitlines()) == 11 and "--dependency=afterok:$evaluate:$scaling" in shown, shown


def no_such_place(cluster):
    """Cluster, configurations, program."""
    words = ["cluster 'nowhere' is not known", "juwels-booster", "local"]
    cluster.refuses(words, *PIPELINE, RADFORGE_CLUSTER="nowhere")
    cluster.refuses(["there is no folder configs/none", "configs/demo"], "jobs/pipeline.sh", "configs/none")
    cluster.refuses(["data have no folder of their own", "configs/mine"], "jobs/pipeline.sh", "data")
    cluster.refuses(["usage: jobs/pipeline.sh"], "jobs/pipeline.sh", "configs/test", "--account=abc") # without the -- before it
    for environment, told in (({"RADFORGE_CLUSTER": "nowhere"}, words), ({"RADFORGE": "build/none"}, ["build/none cannot be run on n1", "set RADFORGE"])):
        job = cluster.submit("jobs/prepare.sbatch", "configs/test/prepare.yaml", **environment)
        cluster.wait(job, "FAILED")
        assert cluster.field(job, "ExitCode") == "2:0" and all(word in cluster.log(job) for word in told), cluster.log(job)


def refused_by_slurm(cluster):
    """Slurm's reason is passed on with what to change, and nothing stays in the queue."""
    for option, reason, advice in (("--partition=none", "invalid partition specified", "SBATCH_PARTITION; sinfo"),
                                   ("--gres=gpu:9", "Invalid generic resource (gres) specification", "--gres=gpu:N")):
        cluster.refuses(["sbatch has refused prepare", reason, advice], *PIPELINE, "--", option)
    real = shutil.which("sbatch") # which accepts every account on a cluster without accounting
    cluster.program("bin/sbatch", f"""case "$*" in
*--job-name=diffusion*) echo "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified" >&2; exit 1 ;;
esac
exec "{real}" --hold "$@" """)
    told = cluster.refuses(["Invalid account", "refused diffusion", "--account=...", "jobs before it are cancelled"], *PIPELINE,
                           PATH=f"{cluster.path}/bin:{cluster.environment['PATH']}")
    jobs = [line.split()[0] for line in told.splitlines() if line[:1].isdigit()]
    assert len(jobs) == 3, told
    for job in jobs:
        cluster.wait(job, "CANCELLED")
    assert not cluster.run("squeue", "--noheader").strip()


def failed_stage(cluster):
    """The jobs that wait for it leave the queue."""
    lines = cluster.run(*PIPELINE, RADFORGE=cluster.stand_in("broken", "exit 3")).splitlines()
    jobs = [line.split()[0] for line in lines]
    cluster.wait(jobs[0], "FAILED")
    for job in jobs[1:]:
        cluster.wait(job, "CANCELLED")


def too_little_time(cluster):
    """Slurm's signal would come when the work begins."""
    job = cluster.submit("--time=4", "jobs/prepare.sbatch", "configs/test/prepare.yaml")
    cluster.wait(job, "FAILED")
    log = cluster.log(job)
    assert cluster.field(job, "ExitCode") == "2:0" and "--time=00:04:00 leaves no time to save" in log and "10 minutes or more" in log, log
    assert len(cluster.chain("runs/test/prepare")) == 2 # of the stage that failed: this one has not begun


def changed_configuration(cluster):
    """While the chain was under way: its next start shows the change and ends the chain; --allow-change lets it go on."""
    cluster.wait(cluster.submit("jobs/prepare.sbatch", "configs/test/prepare.yaml"))
    config = cluster.path / "some/mine.yaml" # its results go to runs/mine
    config.parent.mkdir()
    text = (cluster.path / "configs/test/autoencoder.yaml").read_text()
    config.write_text(text.replace("steps: 6", "steps: 100000"))
    job = cluster.submit("jobs/train_diffusion.sbatch", "some/mine.yaml")
    cluster.wait_for("runs/mine/checkpoints/step-4/manifest.json")
    config.write_text(text.replace("steps: 6", "steps: 100000").replace("learning_rate: 1.0e-3", "learning_rate: 1.0e-4"))
    cluster.run("scancel", "--batch", "--signal=USR1", job)
    cluster.wait(job, "FAILED")
    lines = cluster.chain("runs/mine")
    assert len(lines) == 4 and "restart 1" in lines[2] and lines[3].endswith("code 2 ended (the same start would end alike)"), lines
    log = cluster.log(job)
    assert "learning_rate" in log and "--allow-change" in log, log
    newest = max(int(path.name.split("-")[1]) for path in (cluster.path / "runs/mine/checkpoints").glob("step-*") if path.name.count("-") == 1)
    config.write_text(config.read_text().replace("steps: 100000", f"steps: {newest + 4}"))
    job = cluster.submit("jobs/train_diffusion.sbatch", "some/mine.yaml", "--allow-change")
    cluster.wait(job)


def unshared_folder(cluster):
    """One of two nodes has something else where the results shall be: which of them is right cannot be told, so the job ends."""
    with cluster.folder_apart("n2", "apart") as is_apart:
        if not is_apart:
            return
        job = cluster.submit("--nodes=2", "jobs/train_diffusion.sbatch", "configs/test/autoencoder.yaml", "--output", "apart")
        cluster.wait(job, "FAILED")
    assert cluster.field(job, "ExitCode") == "4:0", cluster.log(job)
    for words in ("n2: 'apart' is not the folder that n1 sees", "choose a shared file system by --output", "doctor: not fit for work (apart/doctor.json)"):
        assert words in cluster.log(job), (words, cluster.log(job))


def main():
    with Cluster(sys.argv[1]) as cluster:
        for check in (without_slurm, no_such_place, refused_by_slurm, failed_stage, too_little_time, changed_configuration, unshared_folder):
            check(cluster)


if __name__ == "__main__":
    main()
