#!/usr/bin/env python3
"""The check of machine and output folder: its table, its JSON, its exit codes; and that no work needs a network."""

import json
import os
import subprocess
import sys

from radforge_cli import Workplace


def says_what_is_there(place):
    out, _ = place.run("doctor", "--output", "runs/new")
    lines = out.splitlines()
    checks = [line[9:23].strip() for line in lines[:-1]]
    assert checks == ["ranks", "versions", "cores", "memory", "limits", "GPUs", "InfiniBand", "host names", "clocks", "variables",
                      "output folder", "room", "all-reduce"], out
    assert lines[-1].startswith("fit for work"), out
    assert not (place.path / "runs").exists(), "something stays"


def speaks_to_scripts(place):
    for ranks in (1, 2, 3, 4):
        out, _ = place.run("doctor", "--json", "--output", "runs/new", "--ranks-per-node", ranks, ranks=ranks)
        said = json.loads(out)
        assert said["exit_code"] == 0 and said["exclude"] == "" and said["nodes"][0]["ranks"] == list(range(ranks)), said
        assert said["nodes"][0]["folder_write_mb_s"] > 0 and said["nodes"][0]["memory_bytes"] > 2**30, said
        rate = next(finding["found"] for finding in said["findings"] if finding["check"] == "all-reduce")
        assert (ranks > 1) == ("GB/s over all ranks" in rate), rate


def warns_of_variables(place):
    out, _ = place.run("doctor", environment={"NCCL_IB_TIMEOUT": "50", "NCCL_SOCKET_IFNAME": "=nowhere"})
    assert "NCCL_IB_TIMEOUT=50 is outside 1 to 31" in out and "NCCL_SOCKET_IFNAME==nowhere is no network interface here" in out, out


def refuses(place):
    out, error = place.run("doctor", "--ranks-per-node", 2, expect=2)
    assert "1 rank on 1 node, 1 on each, not 2 (--ranks-per-node)" in error and out.endswith("not fit for work\n"), (out, error)
    (place.path / "file").write_text("")
    for ranks in (0, 2):
        out, error = place.run("doctor", "--output", "file/runs", ranks=ranks, expect=4)
        assert "file/runs" in error and "not fit for work" in error and "bad      output folder" in out, (out, error)
    for arguments in (["doctor", "configs/test/prepare.yaml"], ["doctor", "--least-rate", "-1"], ["verify", "data", "--json"]):
        place.run(*arguments, expect=2)


def work_needs_no_network(place):
    """In a network namespace without any interface that is up, and so without an address."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        print("not checked: this system gives no network namespaces, so that work was not seen without a network")
        return
    assert place.run_command([*alone, "cat", "/proc/net/fib_trie"])[0] == "", "there is an address"
    for arguments in (["prepare", "configs/test/prepare.yaml"], ["train", "configs/test/autoencoder.yaml"], ["train", "configs/test/diffusion.yaml"],
                      ["generate", "configs/test/generate.yaml"], ["train", "configs/test/classifier.yaml"], ["doctor"]):
        place.run_command([*alone, place.radforge, *arguments])
    assert (place.path / "runs/test/generate/dataset.json").exists()


def main():
    with Workplace(sys.argv[1], sys.argv[2]) as place:
        says_what_is_there(place)
        speaks_to_scripts(place)
        warns_of_variables(place)
        refuses(place)
        work_needs_no_network(place)


if __name__ == "__main__":
    main()
