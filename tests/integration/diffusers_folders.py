#!/usr/bin/env python3
"""Folders go both ways: what radforge trains opens in diffusers, what diffusers saves opens here, and images agree to one grey level.

Needs the peers' environment (tools/peers/install); skipped without it.
"""

import os
import pathlib
import shutil
import subprocess
import sys

from radforge_cli import Workplace

SKIPPED = 77


def check_pipeline(place, peers, source, folder):
    result = subprocess.run([peers, source / "tools/peers/check_pipeline.py", folder, "--radforge", place.radforge, "--images", "2"],
                            capture_output=True, text=True, check=False, timeout=300, env=dict(os.environ, OMP_NUM_THREADS="1"))
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def trained_folder_opens_in_diffusers(place, peers, source):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepare")
    data = "data.sources.0.dataset=prepare"
    place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", "--set", data)
    place.run("train", "configs/test/diffusion.yaml", "--output", "diffusion", "--set", data, "--set", "autoencoder=autoencoder/pipeline")
    check_pipeline(place, peers, source, place.path / "diffusion/pipeline")


def export_opens_in_diffusers(place, peers, source):
    place.run("export", "diffusion", "--output", "exported", "--set", "precision=bf16", "--set", "title=A model", "--set", "license=mit")
    card = (place.path / "exported/README.md").read_text()
    assert card.startswith("---\nlibrary_name: diffusers\n") and 'license: "mit"' in card and "# A model" in card, card
    assert "radforge train configs/test/diffusion.yaml" in card and "revision" in card and "bf16" in card, card
    assert (place.path / "exported/training.yaml").read_bytes() == (place.path / "diffusion/config.yaml").read_bytes()
    digests = card.split("SHA-256 of the weights:")[1].split("```")[1].strip()
    subprocess.run(["sha256sum", "--check", "--quiet"], input=digests + "\n", text=True, check=True, cwd=place.path / "exported")
    check_pipeline(place, peers, source, place.path / "exported")
    _, err = place.run("export", "diffusion", "--output", "exported", expect=3)
    assert "is there already" in err, err


def saved_folders_open_here(place, peers, source):
    vocabulary = source / "tests/golden/models/tokenizer/saved"
    for kind in ("sd1", "sd2"):
        subprocess.run([peers, source / "tests/integration/make_diffusers_folder.py", vocabulary, kind, place.path / kind], check=True,
                       capture_output=True)
        out, _ = place.run("inspect", kind)
        assert "UNet2DConditionModel" in out and ("fp16" if kind == "sd1" else "fp32") in out, out
        assert ("v_prediction; sampler pndm" if kind == "sd2" else "epsilon; sampler euler") in out, out
    assert len(list((place.path / "sd1/unet").glob("*-of-*.safetensors"))) > 1  # in pieces
    check_pipeline(place, peers, source, place.path / "sd2")

    place.run("import", "sd1", "--output", "imported")
    scheduler = "scheduler/scheduler_config.json"
    assert (place.path / "imported" / scheduler).read_bytes() == (place.path / "sd1" / scheduler).read_bytes()
    out, _ = place.run("inspect", "imported")
    assert "fp32" in out and "fp16" not in out, out
    check_pipeline(place, peers, source, place.path / "imported")


def misfits_are_listed(place):
    shutil.copytree(place.path / "sd2", place.path / "broken")
    config = place.path / "broken/unet/config.json"
    config.write_text(config.read_text().replace('"use_linear_projection": true', '"use_linear_projection": false'))
    _, err = place.run("inspect", "broken", expect=3)
    assert "weights of the UNet do not fit" in err and err.count("another shape") == 12, err
    config.write_text(config.read_text().replace('"UNet2DConditionModel"', '"UNet3DConditionModel"'))
    _, err = place.run("import", "broken", expect=3)
    assert "UNet3DConditionModel" in err, err


def main(radforge, source):
    source = pathlib.Path(source)
    peers = source / ".deps/peers/bin/python"
    if not peers.exists():
        print("skipped: the peers' environment is absent (tools/peers/install makes it)")
        return SKIPPED
    with Workplace(radforge, source) as place:
        trained_folder_opens_in_diffusers(place, peers, source)
        export_opens_in_diffusers(place, peers, source)
        saved_folders_open_here(place, peers, source)
        misfits_are_listed(place)
    return 0


sys.exit(main(*sys.argv[1:]))
