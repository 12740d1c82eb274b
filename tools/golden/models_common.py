"""Shared by the models_*.py scripts: where golden files go, how they are written, and how weights are made."""

import json
import pathlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "models"
TITLE = """# Golden values of models

Made by Python peers that are independent of this project (`tools/peers/install` installs them); the tests compare against them. Unless a
line says otherwise, values are computed in float64 from float32 weights and inputs and stored as float32; `gradients.<name>` are
those of the scalar that the file's metadata names `loss`. Make them again with `.deps/peers/bin/python tools/golden/<script>`.

"""


def begin(seed):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def spread_weights(module):
    """Gives norms and biases values of their own, so that a swapped or forgotten one shows."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.ndim == 1:
                around = 1.0 if name.endswith("weight") else 0.0
                parameter.copy_(around + 0.2 * torch.randn(parameter.shape))


def weights_and_gradients(module, names=None):
    """`names` maps the module's parameter names to the names in files; by default they are equal."""
    result = {}
    for name, parameter in module.named_parameters():
        stored = names[name] if names else name
        result["weights." + stored] = parameter.detach()
        result["gradients." + stored] = parameter.grad
    return result


def write(name, tensors, metadata):
    """Writes FOLDER/name/golden.safetensors, floats as float32."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    stored = {}
    for key, value in tensors.items():
        value = value.detach()
        stored[key] = (value.float() if value.is_floating_point() else value).contiguous().clone()
    path = folder / "golden.safetensors"
    save_file(stored, path, {key: str(value) for key, value in metadata.items()})
    sort_metadata(path)


def sort_metadata(path):
    """The library writes the metadata in a random order; the same values shall give the same bytes."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])


def describe(name, script, versions, text):
    """Puts the line of `name` into README.md, in place of an older one."""
    readme = FOLDER / "README.md"
    lines = [line for line in readme.read_text().splitlines() if line.startswith("- ")] if readme.exists() else []
    lines = [line for line in lines if not line.startswith(f"- `{name}`")]
    versions = ", ".join(f"{module.__name__} {module.__version__}" for module in versions)
    lines.append(f"- `{name}`: {text} By `{script}` with {versions}.")
    readme.write_text(TITLE + "\n".join(sorted(lines)) + "\n")
