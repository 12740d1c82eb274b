"""The demo's data, autoencoder and diffusion training, in the scratch folder: what the cases about training share."""

import functools
import json
import pathlib

from harness.workspace import TOP, Workspace

BATCH = 24  # of configs/demo/diffusion.yaml


def config(workspace: Workspace, name: str) -> pathlib.Path:
    """The demo's, with its folders in the scratch folder."""
    text = (TOP / "configs" / "demo" / f"{name}.yaml").read_text(encoding="utf-8")
    path = workspace.scratch / f"demo-{name}.yaml"
    text = text.replace("runs/demo/", f"{workspace.scratch}/demo-").replace("data/open-cxr", str(TOP / "data" / "open-cxr"))
    path.write_text(text, encoding="utf-8")
    return path


def settings(**values) -> list[str]:
    """train__steps=3 is --set train.steps=3."""
    return [word for name, value in values.items() for word in ("--set", f"{name.replace('__', '.')}={value}")]


def timing(out: pathlib.Path) -> list[dict]:
    with (out / "timing.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def train(workspace: Workspace, name: str, out: pathlib.Path, ranks: int = 2, threads: int = 1, **values) -> list[dict]:
    """The lines of timing.jsonl."""
    workspace.product("train", config(workspace, name), *settings(**values), "--output", out, ranks=ranks, threads=threads)
    return timing(out)


@functools.cache
def dataset(workspace: Workspace) -> pathlib.Path:
    """The demo's radiographs, 64 px."""
    folder = workspace.folder("demo-prepare")
    workspace.product("prepare", config(workspace, "prepare"), "--output", folder, ranks=2)
    return folder


@functools.cache
def prepare(workspace: Workspace) -> None:
    """What a diffusion training starts from."""
    dataset(workspace)
    train(workspace, "autoencoder", workspace.folder("demo-autoencoder"), train__steps=20)
