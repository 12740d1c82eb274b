"""Tiny TorchScript modules. The archives' bytes are not the same in every run: an id of the serialised code differs."""

import hashlib

import torch
from torch import nn

from models_common import FOLDER, begin, describe, write


class Halves(nn.Module):
    """Takes images of an even height, and behaves otherwise in training."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        if x.size(2) % 2 == 1:
            raise ValueError("the height is odd")
        return self.drop(self.conv(x)).mean(3)


class Pair(nn.Module):
    def forward(self, x):
        return x, x


class NoForward(nn.Module):
    @torch.jit.export
    def run(self, x: torch.Tensor):
        return x


begin(81)
folder = FOLDER / "scripted"
folder.mkdir(parents=True, exist_ok=True)
lines = []
for name, module in {"halves": Halves(), "pair": Pair(), "no_forward": NoForward()}.items():
    path = folder / f"{name}.pt"
    torch.jit.save(torch.jit.script(module), path)
    lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}.pt\n")
(folder / "SHA256SUMS").write_text("".join(lines))
module = torch.jit.load(folder / "halves.pt").eval()
image = torch.randn(2, 1, 6, 5)
write("scripted", {"image": image, "output": module(image)}, {})
describe("scripted", "models_scripted.py", [torch], "TorchScript modules, their SHA-256, and an output of `halves.pt`, float32.")
