#!/usr/bin/env python3
"""What `radforge train --profile N` promises: a trace a rank that shows the steps, and a training that does not notice."""

import collections
import json
import resource
import signal
import sys

from radforge_cli import Workplace
from training_runs import DIFFUSION, make_inputs, same_results, settings, train

BUCKETS = "train.bucket_mb=0.1"  # several a step
SLACK_US = 0.01  # what times lose when they are written


def traces(folder):
    """Name -> trace."""
    return {path.name: json.loads(path.read_text()) for path in sorted((folder / "profile").iterdir())}


def named(events, prefix):
    return [event for event in events if event["ph"] == "X" and event["name"].startswith(prefix)]


def inside(events, outer):
    begin, end = outer["ts"] - SLACK_US, outer["ts"] + outer["dur"] + SLACK_US
    return [event for event in events if begin <= event["ts"] <= event["ts"] + event["dur"] <= end]


def asynchronous(events, category):
    """The spans of other threads and of messages: (start, end, name, args)."""
    open_spans, spans = {}, []
    for event in events:
        if event.get("cat") != category:
            continue
        key = (event["name"], event["id2"]["local"])
        if event["ph"] == "b":
            open_spans[key] = event
        else:
            begin = open_spans.pop(key)
            assert begin["ts"] <= event["ts"], (begin, event)
            spans.append((begin["ts"], event["ts"], event["name"], begin["args"]))
    assert not open_spans, open_spans
    return spans


def check_nesting(events):
    """On one thread a span lies inside another one or beside it; parts together are no longer than the whole."""
    stacks = collections.defaultdict(list)
    for event in sorted(events, key=lambda event: (event["ts"], -event["dur"])):
        stack = stacks[event["tid"]]
        while stack and stack[-1][1] <= event["ts"] + SLACK_US:
            stack.pop()
        end = event["ts"] + event["dur"]
        assert not stack or end <= stack[-1][1] + SLACK_US, (stack[-1], event)
        stack.append((event["name"], end))


def gradient_bytes(folder):
    manifest = json.loads(max((folder / "checkpoints").glob("step-*/manifest.json")).read_text())
    return 4 * manifest["num_elements"]


def check_trace(trace, folder, rank, ranks):
    assert trace["distributedInfo"] == {"rank": rank, "world_size": ranks}
    events = trace["traceEvents"]
    spans = [event for event in events if event["ph"] == "X" and event.get("cat") in ("cpu_op", "user_annotation")]
    check_nesting(spans)
    steps = named(spans, "ProfilerStep#")
    assert [step["name"] for step in steps] == ["ProfilerStep#6", "ProfilerStep#7", "ProfilerStep#8"]
    reductions = asynchronous(events, "collective")
    for step in steps:
        within = inside(spans, step)
        (computing,) = named(within, "forward and backward")
        operators = {event["name"] for event in inside(spans, computing)}
        assert "aten::mm" in operators, operators
        for part in ("convolution", "autograd::engine::evaluate_function", "Backward"):
            assert any(part in name for name in operators), (part, operators)
        phases = [event for name in ("data", "forward and backward", "read losses", "optimizer") for event in named(within, name)]
        assert len(phases) == 4 and sum(event["dur"] for event in phases) <= step["dur"], phases
        assert [event["ts"] for event in phases] == sorted(event["ts"] for event in phases), phases
        # The gradient, whole, in buckets that start while it is computed.
        mine = [span for span in reductions if step["ts"] <= span[0] and span[1] <= step["ts"] + step["dur"]]
        started = named(within, "collective: started all-reduce")
        if ranks == 1:
            assert not mine and not named(within, "collective")
            continue
        assert len(mine) > 1 and sum(span[3]["bytes"] for span in mine) == gradient_bytes(folder), mine
        assert len(started) == len(mine) and named(inside(spans, computing), "collective: started"), started
        assert sum(int(event["name"].split(", ")[1].split()[0]) for event in started) == gradient_bytes(folder), started
        assert named(within, "collective: all-reduce"), "the verdict"
    # A checkpoint is due after step 8 alone.
    assert [len(named(inside(spans, step), "save")) for step in steps] == [0, 0, 1]
    assert asynchronous(events, "loader") and len(reductions) == sum(len(named(inside(spans, step), "collective: started")) for step in steps)


def traces_show_the_steps_and_change_nothing(place):
    for ranks in (1, 2, 3):
        plain, profiled = f"plain-{ranks}", f"profiled-{ranks}"
        train(place, plain, BUCKETS, ranks=ranks)
        _, log = train(place, profiled, BUCKETS, ranks=ranks, arguments=("--profile", "3"))
        folder = place.path / profiled
        same_results(place.path / plain, folder)
        found = traces(folder)
        assert list(found) == [f"rank-{rank}_step-6-8.json" for rank in range(ranks)], found.keys()
        for rank in range(ranks):
            check_trace(found[f"rank-{rank}_step-6-8.json"], folder, rank, ranks)
        assert not list(folder.glob("profile-rank-*")), "what Kineto wrote"
        assert f"{profiled}/profile/rank-0_step-6-8.json" in log and "rank 0 took" in log and "forward and backward" in log, log
        assert (place.path / plain / "config.yaml").read_bytes() == (folder / "config.yaml").read_bytes()


def few_steps_are_all_traced(place):
    """Those that are left, without a warm-up; and after a stop the same command traces more of them."""
    _, log = train(place, "few", "train.max_minutes=1e-9", arguments=("--profile", "20"), expect=75)
    assert "steps 1 to 12 are profiled" in log and "--profile 20 asks for more than are left" in log, log
    _, log = train(place, "few", arguments=("--profile", "2"))
    assert "continuing from step 1" in log and "steps 7 to 8 are profiled" in log, log
    found = traces(place.path / "few")
    assert list(found) == [f"rank-{rank}_step-{steps}.json" for rank in (0, 1) for steps in ("1-1", "7-8")], found.keys()
    assert [step["name"] for step in named(found["rank-1_step-1-1.json"]["traceEvents"], "ProfilerStep#")] == ["ProfilerStep#1"]
    same_results(place.path / "plain-2", place.path / "few", earlier_sets_may_differ=True)
    _, log = train(place, "stopped", "train.max_minutes=1e-9", arguments=("--profile", "2"), expect=75)
    assert "nothing was profiled" in log and not (place.path / "stopped/profile").exists(), log
    _, log = train(place, "few", arguments=("--profile", "2"))
    assert "nothing to do" in log, log


def a_trace_that_cannot_be_written_is_a_warning(place):
    (place.path / "no-folder").mkdir()
    (place.path / "no-folder/profile").write_text("somebody's")
    _, log = train(place, "no-folder", arguments=("--profile", "3"))
    for rank in (0, 1):
        assert f"warning [rank {rank}] there is no profile of this rank" in log and "no-folder/profile" in log, log
    same_results(place.path / "plain-2", place.path / "no-folder")

    def limited():  # a trace has some megabytes, all else is less than one
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    _, log = place.run("train", DIFFUSION, "--output", "no-room", "--profile", "3", *settings(), preexec_fn=limited)
    assert "there is no profile of this rank" in log and "has room" in log, log
    same_results(place.path / "plain-1", place.path / "no-room")
    assert not list((place.path / "no-room/profile").iterdir())
    assert not list((place.path / "no-room").glob("profile-rank-*")), "what Kineto wrote"


def main():
    with Workplace(*sys.argv[1:3]) as place:
        make_inputs(place)
        traces_show_the_steps_and_change_nothing(place)
        few_steps_are_all_traced(place)
        a_trace_that_cannot_be_written_is_a_warning(place)


if __name__ == "__main__":
    main()
