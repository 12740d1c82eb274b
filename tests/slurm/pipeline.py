#!/usr/bin/env python3
"""All job files, unchanged, on a virtual cluster by its cluster file `local`: each is accepted bare, jobs/pipeline.sh takes the tests' images to a
report in the jobs that its dry run shows, and once more does again only what is missing. Cluster files can be sourced before a job and in one."""

import hashlib
import re
import shutil
import sys

from cluster import SOURCE, Cluster

RESULTS = ("prepare/dataset.json", "autoencoder/pipeline/vae/config.json", "latents/dataset.json", "diffusion/pipeline/model_index.json",
           "generate/dataset.json", "pretrain/synthetic-2/pipeline/predictions.h5", "finetune/synthetic-real-2/pipeline/predictions.h5",
           "evaluate/by-sex/evaluation.json", "evaluate/by-age/evaluation.json", "scaling-fit/scaling.json", "report.html")
WAITS = {"prepare": "", "autoencoder": "prepare", "latents": "autoencoder", "diffusion": "latents", "generate": "diffusion prepare",
         "pretrain": "generate", "finetune": "pretrain", "evaluate": "finetune", "scaling": "autoencoder prepare", "report": "evaluate scaling"}


def job_files_are_accepted(cluster):
    """Without an option: their #SBATCH lines hold what every cluster takes. Each is short."""
    files = sorted(path.name for path in (SOURCE / "jobs").glob("*.sbatch"))
    assert len(files) == 8, files
    for name in files:
        cluster.run("sbatch", "--test-only", f"jobs/{name}")
        text = (SOURCE / "jobs" / name).read_text()
        assert len(text.splitlines()) <= 20 and text.count("#SBATCH") >= 6, text


def clusters_can_be_sourced(cluster):
    """With the modules' command absent and what is not set unset; what the user has set stays."""
    for path in sorted((SOURCE / "jobs/slurm/clusters").glob("*.sh")):
        cluster.run("bash", "-n", str(path))
        script = f"source jobs/slurm/clusters/{path.name}; declare -p ${{!SBATCH_@}} 2>/dev/null; echo still $-; type launch 2>&1 || true"
        before = cluster.run("bash", "-c", script, SBATCH_PARTITION="mine")
        assert "still" in before and "e" not in re.search("still (.*)", before)[1] and "launch is a function" not in before, before
        assert "mine" in before and ("juwels" not in path.name or 'SBATCH_GRES="gpu:4"' in before), before
        inside = cluster.run("bash", "-uc", script + "; echo chain $RADFORGE_CHAIN", SLURM_JOB_ID="1")
        assert "launch is a function" in inside and re.search("chain (requeue|resubmit)", inside), inside


def calls_recorder(cluster):
    """An sbatch before the real one that writes down how it is called."""
    cluster.program("bin/sbatch", f'echo "sbatch $*" >>"{cluster.path}/calls"\nexec "{shutil.which("sbatch")}" "$@"')
    return {"PATH": f"{cluster.path}/bin:{cluster.environment['PATH']}"}


def submit_pipeline(cluster, **environment):
    """Ids by stage."""
    lines = [line.split() for line in cluster.run("jobs/pipeline.sh", "configs/test", "--", "--output=job-%A.log", **environment).splitlines()]
    jobs = {line[1]: line[0] for line in lines}
    waits = {line[1]: {stage for stage, job in jobs.items() if job in line[3:]} for line in lines}
    assert waits == {stage: set(others.split()) for stage, others in WAITS.items()}, lines
    return jobs


def runs_to_its_end(cluster, jobs):
    """Every job of every stage; of arrays all tasks."""
    cluster.wait(jobs["report"], seconds=400)
    for stage, job in jobs.items():
        for line in cluster.run("scontrol", "show", "job", "-o", job).splitlines():
            assert " JobState=COMPLETED " in line and " ExitCode=0:0 " in line, (stage, line, cluster.log(job))
    for name in RESULTS:
        assert (cluster.path / "runs/test" / name).exists(), (name, [cluster.log(job) for job in jobs.values()])


def shows_its_calls(cluster, dry, jobs):
    """Those that were made, with variables for ids."""
    calls = (cluster.path / "calls").read_text().splitlines()
    shown = []
    assert dry.splitlines()[0] == "source jobs/slurm/clusters/local.sh", dry
    for line in dry.splitlines()[1:]:
        stage, call = line.split("=$(", 1)
        assert stage in jobs and call.endswith(")"), line
        shown.append(re.sub(r"\$(\w+)", lambda match: jobs[match[1]], call[:-1]))
    assert calls == shown, (calls, shown)


def results(cluster):
    """What is made once: digests and times of the files that are no logs."""
    files = [path for path in (cluster.path / "runs/test").rglob("*")
             if path.suffix in (".h5", ".safetensors") or path.name in ("dataset.json", "evaluation.json", "scaling.json", "metrics.csv", "fits.csv")]
    return {str(path.relative_to(cluster.path)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}


def makes_what_is_missing(cluster):
    """A second run, after a shard was lost."""
    before = results(cluster)
    lost = "runs/test/generate/shard-00001.h5"
    (cluster.path / lost).unlink()
    runs_to_its_end(cluster, submit_pipeline(cluster))
    after = results(cluster)
    assert {name: digest for name, (digest, _) in after.items()} == {name: digest for name, (digest, _) in before.items()}
    again = {name for name in before if before[name][1] != after[name][1]}
    assert lost in again and not [name for name in again if "shard" in name and name != lost] and not [name for name in again if "safetensors" in name], again


def evaluates_once(cluster):
    """What is no sweep is done by one task of an array, in a folder of its own."""
    job = cluster.submit("jobs/evaluate_sweep.sbatch", "configs/test/evaluation.yaml")
    for task in ("1", "2"):
        cluster.wait(f"{job}_{task}")
    assert (cluster.path / "runs/test/evaluation/evaluation.json").exists() and len(cluster.chain("runs/test/evaluation", "chain-1.txt")) == 2
    assert cluster.chain("runs/test/evaluation", "chain-2.txt") == []


def main():
    with Cluster(sys.argv[1]) as cluster:
        cluster.environment["RADFORGE_CLUSTER"] = "local"
        job_files_are_accepted(cluster)
        clusters_can_be_sourced(cluster)
        recorder = calls_recorder(cluster)
        dry = cluster.run("jobs/pipeline.sh", "--dry-run", "configs/test", "--", "--output=job-%A.log", **recorder)
        assert not (cluster.path / "calls").exists(), "the dry run has called sbatch"
        jobs = submit_pipeline(cluster, **recorder)
        shows_its_calls(cluster, dry, jobs)
        runs_to_its_end(cluster, jobs)
        makes_what_is_missing(cluster)
        evaluates_once(cluster)


if __name__ == "__main__":
    main()
