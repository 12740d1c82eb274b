"""Nodes with networks of their own on this machine: a virtual Slurm cluster (tests/slurm), whose links tc shapes. Wants root and Slurm."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from harness.workspace import TOP, Workspace, require

sys.path.insert(0, str(TOP / "tests" / "slurm"))
from cluster import Cluster  # noqa: E402
from network import link_of  # noqa: E402

NODES = 4


class VirtualNodes:
    """The first nodes of a cluster, one rank each."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster

    def shape(self, rate: str | None) -> None:
        """What comes to each node, and so what goes from any, is at most of this rate."""
        for node in range(1, NODES + 1):
            link = link_of(self.cluster, node)
            subprocess.run(["tc", "qdisc", "del", "dev", link, "root"], env=self.cluster.environment, capture_output=True, check=False)
            if rate:
                self.cluster.run("tc", "qdisc", "add", "dev", link, "root", "tbf", "rate", rate, "burst", "256kb", "latency", "200ms")

    def start(self, ranks: int, first: int, *command) -> subprocess.Popen:
        nodes = ",".join(f"n{first + k}" for k in range(ranks))
        return subprocess.Popen(["srun", "--mpi=pmix", f"--nodes={ranks}", f"--nodelist={nodes}", "--ntasks-per-node=1", *map(str, command)],
                                env=self.cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, run: subprocess.Popen) -> str:
        output, messages = run.communicate(timeout=600)
        require(run.returncode == 0, f"'{' '.join(run.args)[-200:]}' ends well (code {run.returncode}: {messages[-800:]})")
        return output

    def run(self, ranks: int, *command) -> str:
        return self.finish(self.start(ranks, 1, *command))


@contextlib.contextmanager
def virtual_nodes(workspace: Workspace) -> Iterator[VirtualNodes]:
    if os.geteuid() != 0:
        sys.exit("bench: networks of virtual nodes want root")
    try:
        with Cluster(workspace.radforge, "--net", nodes=NODES) as cluster:
            yield VirtualNodes(cluster)
    except SystemExit as skipped:
        if skipped.code == 77:
            sys.exit("bench: Slurm is not installed: run 'tools/setup --slurm'")
        raise
