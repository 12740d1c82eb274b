"""Names and outputs of torchxrayvision's models whose networks are torchvision's, and names of those whose are not. Weights are keyed."""

import contextlib
import json
import os
import pathlib
import re
from types import SimpleNamespace
from unittest import mock

import torch
import torchvision
import torchxrayvision as xrv
from torch import nn
from torchxrayvision.baseline_models.chestx_anatomy import UNetResNet50
from torchxrayvision.baseline_models.chestx_det.ptsemseg.pspnet import pspnet
from torchxrayvision.baseline_models.chexpert.model import DenseNet121
from torchxrayvision.baseline_models.jfhealthcare.model.classifier import Classifier

from keyed_weights import SKIPPED, fill, keyed
from models_common import FOLDER, begin, describe, write

SEED = 71
IMAGES = 1 << 32
begin(SEED)
outputs = {}


def add(name, checkpoint, network, channels):
    """`checkpoint` is the module whose state the published file holds, `network` the part of it that takes an image."""
    fill(network, SEED)
    lines = [f"{key} {','.join(map(str, value.shape))}\n" for key, value in sorted(checkpoint.state_dict().items())]
    folder.joinpath(name + ".txt").write_text("".join(lines))
    outputs[name] = network.double().eval()(keyed(SEED, IMAGES, (1, channels, 64, 64)).double())


@contextlib.contextmanager
def files_hold(state):
    """Every weights file exists and holds `state`: the classes read one when they are made."""
    with mock.patch.object(os.path, "isfile", lambda path: True), mock.patch.object(torch, "load", lambda *_, **__: state):
        yield


folder = FOLDER / "xrv"
folder.mkdir(parents=True, exist_ok=True)

# The thresholds are a buffer; forward would apply a sigmoid and them.
dense = xrv.models.DenseNet(op_threshs=torch.linspace(0.1, 0.9, 18))
names = sorted(dense.state_dict())
assert "op_threshs" in names
thresholds, dense.op_threshs = dense.op_threshs, None
fill(dense, SEED)
outputs["models.DenseNet"] = dense.double().eval()(keyed(SEED, IMAGES, (1, 1, 64, 64)).double())
dense.op_threshs = thresholds
folder.joinpath("models.DenseNet.txt").write_text(
    "".join(f"{key} {','.join(map(str, value.shape))}\n" for key, value in sorted(dense.state_dict().items())))

resnet50 = torchvision.models.resnet50(num_classes=18)
resnet50.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
with files_hold(resnet50.state_dict()):
    model = xrv.models.ResNet(weights="resnet50-res512-all")
add("models.ResNet", model, model.model, 1)

sex = torchvision.models.resnet34(num_classes=2)
with files_hold({"state_dict": {"model." + key: value for key, value in sex.state_dict().items()}}):
    model = xrv.baseline_models.mira.SexModel()
add("mira.SexModel", nn.ModuleDict({"model": model.model}), model.model, 3)

race = torchvision.models.resnet34()
race.fc = nn.Sequential(nn.Linear(512, 3), nn.LogSoftmax(dim=1))
with files_hold(nn.DataParallel(race).state_dict()):
    model = xrv.baseline_models.emory_hiti.RaceModel()
add("emory_hiti.RaceModel", nn.DataParallel(model.model), model.model, 3)

with files_hold(torchvision.models.resnet50().state_dict()):
    model = xrv.baseline_models.xinario.ViewModel()
add("xinario.ViewModel", model.model, model.model, 3)

model = DenseNet121({str(i): i for i in range(5)}, model_uncertainty=True, use_gpu=False)
add("chexpert.DenseNet", nn.DataParallel(model), model, 3)

# The others: one name of each kind is enough to know them by.
config = json.loads((pathlib.Path(xrv.__file__).parent / "baseline_models/jfhealthcare/config/example.json").read_text())
others = {"jfhealthcare.DenseNet": Classifier(SimpleNamespace(**(config | {"pretrained": False}))), "chestx_det.PSPNet": pspnet(14),
          "chestx_anatomy.UNetResNet50": UNetResNet50(weights=False)}
for name, module in others.items():
    kinds = {re.sub(r"\d+", "0", key): key for key in sorted(module.state_dict()) if not key.endswith(SKIPPED)}
    folder.joinpath(name + ".txt").write_text("".join(f"{key}\n" for key in sorted(kinds.values())))

write("xrv", {"outputs." + name: output for name, output in outputs.items()}, {"seed": SEED})
describe("xrv", "models_classifier_xrv.py", [torch, torchvision, xrv],
         "`<model>.txt` lists names and shapes of a torchxrayvision model's published file, `outputs` are its network's with weights by "
         "`keyed_weights.py`, for one image of 64 x 64 (RaceModel's end in log_softmax).")
for name, output in outputs.items():
    print(name, output.abs().max().item())
