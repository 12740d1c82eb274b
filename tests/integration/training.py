#!/usr/bin/env python3
"""What `radforge train` promises of a diffusion run: the same bits again, after stops, kills and on other numbers of ranks."""

import contextlib
import json
import os
import random
import signal
import struct
import sys
import time

from event_records import read_events
from radforge_cli import Workplace, tree
from training_runs import BASE, is_alive, lines_of, losses, make_inputs, ranks_of, same_results, start, stop_by_signal, train, wait_for_lines

def weights_of(path):
    """Name -> raw bytes of a safetensors file."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: content[8 + length + entry["data_offsets"][0] : 8 + length + entry["data_offsets"][1]] for name, entry in header.items()}


def the_same_run_again_gives_the_same_bytes(place):
    for output in ("first", "again"):
        train(place, output)
    same_results(place.path / "first", place.path / "again")


def a_shard_of_the_optimizer_each_changes_nothing(place):
    for ranks in (2, 3, 4):
        train(place, f"whole-{ranks}", ranks=ranks)
        train(place, f"shared-{ranks}", "optimizer.shard=true", ranks=ranks)
        for path in ("pipeline/unet/diffusion_pytorch_model.safetensors", "pipeline/text_encoder/model.safetensors"):
            assert (place.path / f"whole-{ranks}" / path).read_bytes() == (place.path / f"shared-{ranks}" / path).read_bytes(), path
        assert losses(place.path / f"whole-{ranks}") == losses(place.path / f"shared-{ranks}")


def stopped_and_resumed_runs_equal_straight_ones(place):
    long = ["train.steps=80", "checkpoint.every_steps=20"]
    train(place, "straight", *long)
    for number, who in enumerate((None, 0, 1)):
        output = f"stopped-{number}"
        for after in (5 + 7 * number, 40):
            stop_by_signal(place, output, after, who, *long)
        train(place, output, *long)
        same_results(place.path / "straight", place.path / output)


def signals_at_any_time_do_no_harm(place):
    long = ["train.steps=80", "checkpoint.every_steps=1"]
    # Thrice within 100 ms, in the midst of saves.
    run = start(place, "thrice", *long)
    wait_for_lines(run, place.path / "thrice", 10)
    for _ in range(3):
        os.kill(run.pid, signal.SIGUSR1)
        time.sleep(0.03)
    _, log = run.communicate(timeout=60)
    assert run.returncode == 75, (run.returncode, log)
    # A stop file, by somebody who may not signal the job.
    run = start(place, "thrice", *long)
    (place.path / "thrice").mkdir(exist_ok=True)
    wait_for_lines(run, place.path / "thrice", 30)
    (place.path / "thrice/stop").touch()
    _, log = run.communicate(timeout=60)
    assert run.returncode == 75, (run.returncode, log)
    train(place, "thrice", *long)
    assert losses(place.path / "thrice") == losses(place.path / "straight")
    # A time limit of its own.
    _, log = train(place, "hurried", "train.max_minutes=1e-9", expect=75)
    assert "after step 1 of 12" in log, log


def killed_runs_go_on(place):
    """kill -9 of a random rank at a random moment; the same command completes the run as if nothing had been."""
    long = ["train.steps=80", "checkpoint.every_steps=10"]
    train(place, "undisturbed", *long)
    seed = random.randrange(2**32)
    choice = random.Random(seed)
    for attempt in range(3):
        output = f"killed-{attempt}"
        run = start(place, output, *long)
        wait_for_lines(run, place.path / output, choice.randrange(12, 70))
        os.kill(choice.choice(ranks_of(run)), signal.SIGKILL)
        run.communicate(timeout=30)
        assert run.returncode not in (0, 75), (seed, run.returncode)
        _, log = train(place, output, *long)
        assert "continuing from step" in log, (seed, log)
        same_results(place.path / "undisturbed", place.path / output)


def a_run_that_hangs_is_ended(place):
    """One rank is stopped dead: the others say which one, all end with exit code 5, and the same command goes on."""
    long = ["train.steps=80", "checkpoint.every_steps=10", "watchdog.compute_s=3", "watchdog.collective_s=3"]
    run = start(place, "hung", *long)
    wait_for_lines(run, place.path / "hung", 15)
    ranks = ranks_of(run)
    os.kill(ranks[1], signal.SIGSTOP)
    stopped = time.monotonic()
    _, log = run.communicate(timeout=60)
    assert run.returncode == 5, (run.returncode, log)
    assert time.monotonic() - stopped < 3 * (3 + 2), "deadline, two seconds to end, and a margin of 3"
    assert "rank 1" in log and "step" in log, log
    assert list((place.path / "hung").glob("watchdog-rank-*.txt")), log
    while any(map(is_alive, ranks)):
        assert time.monotonic() - stopped < 30, "a rank is left"
        time.sleep(0.1)
    train(place, "hung", *long)
    assert losses(place.path / "hung") == losses(place.path / "undisturbed")


def a_slow_rank_is_named(place):
    """Rank 2 stands still for most of the time."""
    run = start(place, "slow", "train.steps=60", "train.log_every_steps=20", "checkpoint.every_steps=60", ranks=3)
    while len(ranks_of(run)) < 3 and run.poll() is None:
        time.sleep(0.01)
    wait_for_lines(run, place.path / "slow", 1)
    slow = ranks_of(run)[2]
    with contextlib.suppress(ProcessLookupError):  # it is done
        while run.poll() is None:
            os.kill(slow, signal.SIGSTOP)
            time.sleep(0.06)
            os.kill(slow, signal.SIGCONT)
            time.sleep(0.01)
    _, log = run.communicate(timeout=60)
    assert run.returncode == 0, (run.returncode, log)
    assert "warning rank 2 on " in log, log


def a_checkpoint_can_be_named_and_a_bad_one_is_found(place):
    """A damaged set is named and the one before is taken; a step that was asked for is that step or an error."""
    long = ["train.steps=80", "checkpoint.every_steps=10"]
    train(place, "damaged", *long)
    folder = place.path / "damaged/checkpoints"
    steps = sorted(int(path.name[5:]) for path in folder.glob("step-*"))
    assert steps == [70, 80], steps
    share = next(folder.glob("step-80/*.safetensors"))
    content = bytearray(share.read_bytes())
    content[len(content) // 2] ^= 1
    share.write_bytes(content)
    _, log = train(place, "damaged", *long, arguments=("--resume", "step=80"), expect=3)
    assert "step-80" in log and share.name in log, log
    _, log = train(place, "damaged", *long, arguments=("--resume", "step=60"), expect=3)
    assert "step 60" in log or "step-60" in log, log
    _, log = train(place, "damaged", *long)
    assert "step-80" in log and "continuing from step 70" in log, log
    same_results(place.path / "undisturbed", place.path / "damaged")


def changes_of_the_configuration_are_shown(place):
    """What changes no number is told; what does is refused, or accepted by name."""
    train(place, "changed", "train.steps=12")
    _, log = train(place, "changed", "train.steps=24", "train.validate_every_steps=5")
    assert "train.steps: 12 -> 24" in log and "continuing from step 12" in log, log
    assert len(losses(place.path / "changed")) == 24
    _, log = train(place, "changed", "train.steps=30", "optimizer.beta2=0.99", expect=2)
    assert "optimizer.beta2: 0.999 -> 0.99" in log and "--allow-change" in log, log
    _, log = train(place, "changed", "train.steps=30", "optimizer.beta2=0.99", arguments=("--allow-change",))
    assert "optimizer.beta2: 0.999 -> 0.99" in log and len(losses(place.path / "changed")) == 30, log
    for ranks in (1, 2):
        _, log = train(place, "changed", "train.steps=8", "optimizer.beta2=0.99", arguments=("--allow-change",), ranks=ranks, expect=2)
        assert "the checkpoint of step 30 is beyond train.steps = 8" in log, log


def other_numbers_of_ranks_follow_the_same_course(place):
    train(place, "alone", ranks=1)
    for ranks in (2, 3, 4, 5):  # five share a batch of twelve unevenly
        train(place, f"on-{ranks}", ranks=ranks)
        for a, b in zip(losses(place.path / "alone"), losses(place.path / f"on-{ranks}"), strict=True):
            assert abs(a - b) <= 1e-6 * abs(a), (ranks, a, b)
    _, log = train(place, "crowded", "train.batch_size=4", ranks=5, expect=2)
    assert "5 ranks cannot share a batch of 4 images" in log, log


def canonical_reduction_gives_the_same_bits_on_any_number_of_ranks(place):
    canonical = ["train.reduction=canonical", "train.steps=48", "checkpoint.every_steps=12"]
    train(place, "canonical-1", *canonical, ranks=1)
    train(place, "canonical-3", *canonical, ranks=3)
    for after, ranks in ((10, 4), (22, 2), (34, 3)):
        stop_by_signal(place, "canonical-changing", after, None, *canonical, ranks=ranks)
    train(place, "canonical-changing", *canonical, ranks=1)
    for output in ("canonical-3", "canonical-changing"):
        same = [tree(place.path / folder / "pipeline", (".safetensors",)) for folder in ("canonical-1", output)]
        assert same[0] == same[1], output
        assert (place.path / "canonical-1/metrics.jsonl").read_bytes() == (place.path / output / "metrics.jsonl").read_bytes(), output


def mixed_precision_follows_fp32(place):
    for ranks in (1, 2):
        train(place, f"bf16-{ranks}", "train.precision=bf16", "train.reduction_precision=bf16", ranks=ranks)
        for a, b in zip(losses(place.path / "alone"), losses(place.path / f"bf16-{ranks}"), strict=True):
            assert abs(a - b) <= 0.02 * abs(a), (ranks, a, b)
    assert losses(place.path / "bf16-1") != losses(place.path / "alone"), "bf16 was not used"


def parts_learn_as_told(place):
    """From a pipeline; what does not learn keeps its weights, what learns for some steps changes in them alone."""
    start_from = ["pipeline=first/pipeline"]
    initial = weights_of(place.path / "first/pipeline/text_encoder/model.safetensors")
    train(place, "unet-alone", *start_from, "parts.text_encoder.train=false")
    assert weights_of(place.path / "unet-alone/pipeline/text_encoder/model.safetensors") == initial
    train(place, "text-alone", *start_from, "parts.unet.train=false")
    unet = "pipeline/unet/diffusion_pytorch_model.safetensors"
    assert weights_of(place.path / "text-alone" / unet) == weights_of(place.path / "first" / unet)
    assert weights_of(place.path / "text-alone/pipeline/text_encoder/model.safetensors") != initial
    averages_off = "train.ema_decay=0"
    train(place, "text-for-4", *start_from, "parts.text_encoder.until_step=4", averages_off)
    train(place, "text-for-4-of-8", *start_from, "parts.text_encoder.until_step=4", averages_off, "optimizer.schedule=constant", "train.steps=8")
    train(place, "text-for-4-of-6", *start_from, "parts.text_encoder.until_step=4", averages_off, "optimizer.schedule=constant", "train.steps=6")
    path = "pipeline/text_encoder/model.safetensors"
    assert weights_of(place.path / "text-for-4-of-8" / path) == weights_of(place.path / "text-for-4-of-6" / path) != initial


def activations_computed_again_change_nothing(place):
    train(place, "computed-again", "train.activation_checkpointing=true")
    for a, b in zip(losses(place.path / "first"), losses(place.path / "computed-again"), strict=True):
        assert abs(a - b) <= 1e-6 * abs(a), (a, b)  # gradients of what several blocks share are added in another order


def pictures_and_numbers_are_there(place):
    train(place, "shown", "train.sample_every_steps=6")
    folder = place.path / "shown"
    scalars, images = read_events(folder)
    lines = lines_of(folder)
    for line in lines:
        assert abs(scalars["loss"][line["step"]] - line["loss"]) <= 1e-6 * abs(line["loss"]), line
    for step in (6, 12):
        assert (folder / f"samples/step-{step}.png").read_bytes() == images["samples"][step]
    assert {"validation_loss", "mean_loss", "gradient_norm", "learning_rate"} <= lines[5].keys(), lines[5]
    assert any(name.startswith("loss_t") for name in lines[0]) and any(name.startswith("validation_loss_t") for name in lines[5])
    timing = lines_of(folder, "timing.jsonl")
    expected = {"images_per_s", "model_tflops", "share_of_peak", "compute_s", "reduce_s", "data_wait_s", "save_stall_s", "memory_mb"}
    assert expected <= timing[-1].keys(), timing[-1]
    assert 0 < timing[-1]["share_of_peak"] < 1, timing[-1]
    assert "timing/images_per_s" in scalars, scalars.keys()
    _, log = train(place, "shown", "train.sample_every_steps=6")
    assert "nothing to do" in log, log


def an_adversary_can_learn_beside_the_autoencoder(place):
    place.run("train", "configs/test/autoencoder.yaml", "--output", "adversarial", "--set", BASE[0], "--set", "loss.adversarial_weight=0.1",
              "--set", "loss.adversarial_from_step=2", "--set", "loss.discriminator_channels=8", "--set", "loss.discriminator_layers=2",
              "--set", "train.sample_every_steps=3", ranks=2)
    lines = lines_of(place.path / "adversarial")
    assert "loss_adversary" not in lines[0] and "loss_adversary" in lines[3] and "loss_discriminator" in lines[0], lines
    assert (place.path / "adversarial/samples/step-3.png").exists()
    assert (place.path / "adversarial/pipeline/vae/config.json").exists()


def the_recipe_of_the_paper_runs(place):
    """Its every key, on a small pipeline and few images."""
    place.run("train", "configs/train/roentgen-v2.yaml", "--output", "recipe", "--set", BASE[0], "--set", "pipeline=first/pipeline", "--set",
              "train.steps=3", "--set", "train.validate_every_steps=3", "--set", "train.log_every_steps=1", "--set", "train.sample_every_steps=3",
              "--set", "optimizer.warmup_steps=1", ranks=2)
    assert len(losses(place.path / "recipe")) == 3


def main():
    with Workplace(*sys.argv[1:3]) as place:
        make_inputs(place)
        the_same_run_again_gives_the_same_bytes(place)
        a_shard_of_the_optimizer_each_changes_nothing(place)
        stopped_and_resumed_runs_equal_straight_ones(place)
        signals_at_any_time_do_no_harm(place)
        killed_runs_go_on(place)
        a_run_that_hangs_is_ended(place)
        a_slow_rank_is_named(place)
        a_checkpoint_can_be_named_and_a_bad_one_is_found(place)
        changes_of_the_configuration_are_shown(place)
        other_numbers_of_ranks_follow_the_same_course(place)
        canonical_reduction_gives_the_same_bits_on_any_number_of_ranks(place)
        mixed_precision_follows_fp32(place)
        parts_learn_as_told(place)
        activations_computed_again_change_nothing(place)
        pictures_and_numbers_are_there(place)
        an_adversary_can_learn_beside_the_autoencoder(place)
        the_recipe_of_the_paper_runs(place)


if __name__ == "__main__":
    main()
