#!/usr/bin/env python3
"""A single-file checkpoint becomes a pipeline folder that generates, planned and inspected alike; what is no such file is refused, and nothing is left behind."""

import csv
import gzip
import json
import math
import pathlib
import random
import struct
import sys

from radforge_cli import Workplace

CONFIG = """task: generation
pipeline: {pipeline}
cohort: {{num_images: 1}}
sampler: {{steps: 2}}
batch_size: 1
sheet: {{rows: 1, columns: 1}}
"""


def ldm_tensors(source):
    """Names and shapes of a tiny Stable Diffusion 2 in LDM's layout."""
    with gzip.open(source / "tests/golden/models/ldm/tiny_sd2.csv.gz", "rt") as file:
        return {row["ldm"]: [int(side) for side in row["ldm_shape"].split()] for row in csv.DictReader(file)}


def write_safetensors(path, tensors):
    """Small random weights."""
    choose = random.Random(4)
    header, begin = {}, 0
    for name, shape in tensors.items():
        end = begin + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header).encode()
    values = struct.pack(f"<{begin // 4}f", *(choose.uniform(-0.1, 0.1) for _ in range(begin // 4)))
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)


def learn_vocabulary(place, source, positions):
    """The folder of a vocabulary that the tiny text encoder has room for: bytes alone."""
    vocabulary = json.loads((source / "tests/golden/models/tokenizer/small/vocab.json").read_text())
    tokens = sorted(vocabulary, key=vocabulary.get)[:512] + ["<|startoftext|>", "<|endoftext|>"]
    folder = place.path / "vocabulary"
    folder.mkdir()
    (folder / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": positions}))
    return len(tokens)


def main(radforge, source):
    source = pathlib.Path(source)
    with Workplace(radforge, source) as place:
        tensors = ldm_tensors(source)
        embedding = next(name for name in tensors if name.endswith("token_embedding.weight"))
        positions = tensors[next(name for name in tensors if name.endswith("positional_embedding"))][0]
        tensors[embedding][0] = learn_vocabulary(place, source, positions)
        write_safetensors(place.path / "model.safetensors", tensors)

        arguments = ["import", "model.safetensors", "--output", "pipeline", "--set", "sample_size=8"]
        _, err = place.run(*arguments, expect=2)
        assert "tokenizer is missing" in err, err
        arguments += ["--set", "tokenizer=vocabulary", "--set", "prediction_type=v_prediction"]
        place.run(*arguments)
        assert not list(place.path.glob("pipeline.partial*"))
        _, err = place.run("import", "model.safetensors", "--output", "odd", "--set", "tokenizer=vocabulary", "--set", "sample_size=2000", expect=2)
        assert "sample_size" in err, err
        _, err = place.run("import", "model.safetensors", "--output", "odd", "--set", "tokenizer=vocabulary", "--set", "sample_size=7", expect=3)
        assert "sample_size cannot be halved" in err and not list(place.path.glob("odd*")), err
        _, err = place.run("import", "pipeline", "--output", "odd", "--set", "sample_size=32", expect=2)
        assert "are for single files" in err, err
        out, _ = place.run("inspect", "pipeline")
        assert "v_prediction" in out and "UNet2DConditionModel" in out and "latents 4 x 8 x 8" in out, out
        planned, _ = place.run("plan", "pipeline")
        assert [line.split()[2] for line in planned.splitlines()[2:]] == [line.split()[2] for line in out.splitlines()[2:5]], planned
        for task in ("autoencoder", "diffusion"):
            planned, _ = place.run("plan", f"configs/test/{task}.yaml")
            assert "a rank holds" in planned, planned
        assert "GPU hours" in planned, planned
        assert "the most it can have" in planned and "is not there yet" in planned, planned
        _, err = place.run("plan", "configs/test/prepare.yaml", expect=2)
        assert "has no plan" in err, err
        (place.path / "generate.yaml").write_text(CONFIG.format(pipeline="pipeline"))
        place.run("generate", "generate.yaml", "--output", "images")

        _, err = place.run(*arguments, expect=3)
        assert "is there already" in err, err
        content = (place.path / "model.safetensors").read_bytes()
        for name, damaged, what in (("cut", content[:-1], "truncated"), ("zip", b"PK\x03\x04" + content, "tools/convert_weights"),
                                    ("long", b"\xff" * 8 + content[8:], "limit"), ("none", b"", "too short")):
            (place.path / f"{name}.safetensors").write_bytes(damaged)
            _, err = place.run("import", f"{name}.safetensors", "--output", name, "--set", "tokenizer=vocabulary", expect=3)
            assert what in err, (name, err)
            assert not (place.path / name).exists() and not list(place.path.glob(f"{name}.partial*"))
        (place.path / "model.ckpt").write_bytes(b"\x80\x02")
        _, err = place.run("import", "model.ckpt", "--output", "p", "--set", "tokenizer=vocabulary", expect=3)
        assert "tools/convert_weights" in err, err
        _, err = place.run("import", "absent.safetensors", "--output", "p", "--set", "tokenizer=vocabulary", expect=4)
        assert "absent.safetensors" in err, err
        _, err = place.run("import", "model.safetensors", "--set", "precison=bf16", expect=2)
        assert "precision" in err, err


main(*sys.argv[1:])
