"""What is measured: for each case how both sides are started, and what must come out alike."""

import dataclasses
import math
import os
import pathlib
import statistics
from collections.abc import Callable

from harness.process import Cost
from harness.workspace import TOP, Workspace, require

STABLE_DIFFUSION = ("gpu/stable-diffusion-2-1-base", "../tests/golden/models/sd21_base")  # configurations: in the bundle, in the sources
VOCABULARY = ("gpu/tokenizer", "../.deps/clip/tokenizer")
FAST_ENOUGH = 1.3  # beside torch.compile
SHARE = 0.4  # of the card's own rate of bf16 products


def first_there(places: tuple[str, ...]) -> pathlib.Path:
    for place in places:
        if (TOP / "bench" / place).is_dir():
            return TOP / "bench" / place
    raise SystemExit(f"bench: {' and '.join(places)} are not there: run tools/setup, or take a whole bundle")


def peer_environment() -> dict[str, str]:
    """Without the libraries of a bundle, whose LibTorch need not be the peers'."""
    before = os.environ.get("RADFORGE_LIBRARY_PATH_BEFORE")
    return {} if before is None else {"LD_LIBRARY_PATH": before}


@dataclasses.dataclass
class Setting:
    """Where and how large. `rehearsal`: small models on the CPU, to see that all of it runs."""

    workspace: Workspace
    rehearsal: bool

    @property
    def device(self) -> str:
        return "cpu" if self.rehearsal else "cuda"

    @property
    def precision(self) -> str:
        return "fp32" if self.rehearsal else "bf16"

    def ours(self, program: str, *arguments) -> Cost:
        return self.workspace.program(program, *arguments, self.device, threads=2 if self.rehearsal else 8)

    def peer(self, program: str, form: str, *arguments) -> Cost:
        extra = peer_environment() | {"TORCHINDUCTOR_CACHE_DIR": str(self.workspace.scratch / "inductor")}
        return self.workspace.peer(program, *arguments, "channels_last", self.device, form, threads=2 if self.rehearsal else 8, extra=extra)

    def pipeline(self) -> pathlib.Path:
        folder = self.workspace.scratch / "pipeline"
        if not folder.exists():
            folder.mkdir()
            size = ("16,32,32", 8) if self.rehearsal else (first_there(STABLE_DIFFUSION), first_there(VOCABULARY))
            self.workspace.program("sample_images", "make", folder, *size)
        return folder


@dataclasses.dataclass(frozen=True)
class Case:
    about: str
    batches: tuple[int, ...]  # tried on each side, which keeps its fastest
    count: int  # steps or batches a measurement
    prepare: Callable[[Setting, int], object]  # with the largest batch; what it gives is handed to both sides
    ours: Callable[[Setting, object, int, int], Cost]  # batch, count
    peer: Callable[[Setting, object, str, int, int], Cost]  # form, batch, count
    check: Callable[[dict, dict], str]  # numbers of both sides at one batch
    peer_name: str = "diffusers"
    goal: float | None = None  # images/s of an H200 (bench/README.md)


def same_first_step(ours: dict, theirs: dict) -> str:
    """Forward and backward: AdamW's first steps are as large for rounding as for a gradient, so the later ones part."""
    loss, norm = (abs(ours[key][0] - theirs[key][0]) / theirs[key][0] for key in ("losses", "gradient_norms"))
    return require(loss < 0.02 and norm < 0.05, f"the first step's losses agree within 0.02 (they do within {loss:.2g}), its gradients' norms "
                   f"within 0.05 ({norm:.2g})")


def like_losses(ours: dict, theirs: dict) -> str:
    """Of other random numbers, and so of the first step alone."""
    left, right = ours["losses"][0], theirs["losses"][0]
    return require(abs(left - right) < 0.2 * right, f"first losses, {left:.3f} and {right:.3f}, are near each other")


def like_images(ours: dict, theirs: dict) -> str:
    left, right = statistics.mean(ours["means"]), statistics.mean(theirs["means"])
    return require(abs(left - right) < 10, f"mean grey levels, {left:.1f} and {right:.1f}, are near each other")


def same_outputs(ours: dict, theirs: dict) -> str:
    squares = sum(right ** 2 for right in theirs["outputs"])
    apart = math.sqrt(sum((left - right) ** 2 for left, right in zip(ours["outputs"], theirs["outputs"], strict=True)) / squares)
    return require(apart < 0.05, f"the first numbers of the outputs differ by {apart:.1e} of their size, within 0.05")


def make_unet(setting: Setting, batch: int) -> pathlib.Path:
    folder = setting.workspace.folder("unet")
    setting.workspace.program("train_step", "make", folder, "32,32,32" if setting.rehearsal else first_there(STABLE_DIFFUSION), batch)
    return folder


def make_images(setting: Setting, batch: int) -> tuple:
    pipeline, folder = setting.pipeline(), setting.workspace.folder("images")
    side, channels = (32, 1) if setting.rehearsal else (512, 3)
    setting.workspace.program("make_shards", folder, 1, batch, side, channels)
    return pipeline, folder, side


def make_inputs(setting: Setting, batch: int) -> pathlib.Path:
    folder = setting.pipeline()
    setting.workspace.program("autoencoder", "make", folder, batch)
    return folder


def make_classifier(setting: Setting, batch: int) -> pathlib.Path:
    folder = setting.workspace.folder("classifier")
    setting.workspace.program("classifier_step", "make", folder, "densenet121", 32 if setting.rehearsal else 224, batch)
    return folder


def sampling(about: str, sampler: str, steps: int, goal: float | None) -> Case:
    def steps_of(setting: Setting) -> int:
        return 3 if setting.rehearsal else steps

    return Case(
        about=about, batches=(8, 16, 32), count=2, prepare=lambda setting, _: setting.pipeline(),
        ours=lambda s, folder, batch, count: s.ours("sample_images", "run", folder, sampler, s.precision, batch, steps_of(s), count),
        peer=lambda s, folder, form, batch, count: s.peer("sample_images", form, folder, sampler, s.precision, batch, steps_of(s), count, "sdpa"),
        check=like_images, goal=goal)


def autoencoder(about: str, mode: str) -> Case:
    return Case(
        about=about, batches=(8, 16, 32), count=20, prepare=make_inputs,
        ours=lambda s, folder, batch, count: s.ours("autoencoder", mode, folder, s.precision, batch, count),
        peer=lambda s, folder, form, batch, count: s.peer("autoencoder", form, mode, folder, s.precision, batch, count),
        check=same_outputs)


CASES = {
    "unet-step": Case(
        about="Training step of Stable Diffusion 2.1-base's UNet on latents of 64 x 64 and text states that are there (latents cached): "
              "forward, backward, clipping, AdamW, average of the weights.",
        batches=(16, 32, 64), count=20, prepare=make_unet,
        ours=lambda s, folder, batch, count: s.ours("train_step", "run", folder, s.precision, batch, count),
        peer=lambda s, folder, form, batch, count: s.peer("train_step", form, folder, s.precision, batch, count, "sdpa"),
        check=same_first_step, goal=150),
    "roentgen-step": Case(
        about="Training step of RoentGen-v2: images of 512 x 512 through the frozen autoencoder, UNet and text encoder of Stable Diffusion "
              "2.1-base trained, no average.",
        batches=(8, 16, 32), count=20, prepare=make_images,
        ours=lambda s, made, batch, count: s.ours("diffusion_step", made[0], made[1], s.precision, batch, count),
        peer=lambda s, made, form, batch, count: s.peer("diffusion_step", form, made[0], made[2], s.precision, batch, count, "sdpa"),
        check=like_losses, goal=100),
    "sample-pndm-75": sampling("Images of 512 x 512 by Stable Diffusion 2.1-base's shape: PNDM with 75 steps (76 evaluations) and guidance.",
                               "pndm", 75, goal=3),
    "sample-dpm-25": sampling("Images of 512 x 512 by Stable Diffusion 2.1-base's shape: DPM-Solver++ (2M) with 25 steps and guidance.",
                              "dpm_solver_2m", 25, goal=None),
    "vae-encode": autoencoder("The autoencoder of Stable Diffusion 2.1-base: images of 512 x 512 to latents.", "encode"),
    "vae-decode": autoencoder("The autoencoder of Stable Diffusion 2.1-base: latents to images of 512 x 512.", "decode"),
    "densenet121-step": Case(
        about="Training step of DenseNet-121 with fourteen labels on images of 224 x 224: forward, backward, clipping, AdamW, average.",
        batches=(64, 128, 256), count=20, prepare=make_classifier,
        ours=lambda s, folder, batch, count: s.ours("classifier_step", "train", folder, s.precision, batch, count),
        peer=lambda s, folder, form, batch, count: s.peer("classifier_step", form, "train", folder, s.precision, batch, count),
        check=same_first_step, peer_name="torchvision"),
}
