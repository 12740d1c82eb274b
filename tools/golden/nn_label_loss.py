"""Golden values of classifier losses by PyTorch (float64) and scikit-learn: tests/golden/nn/label_loss.

Unknown labels are left out here, one by one, before any loss sees them.
"""

import pathlib

import sklearn
import torch
from safetensors.torch import save_file
from sklearn.metrics import log_loss
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, l1_loss

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "nn" / "label_loss"
IMAGES, LABELS, SMOOTHING = 12, 5, 0.1

torch.manual_seed(3)
logits = 3 * torch.randn(IMAGES, LABELS)
labels = (torch.rand(IMAGES, LABELS) < 0.4).float()
labels[torch.rand(IMAGES, LABELS) < 0.3] = torch.nan
labels[4] = torch.nan  # an image without any
labels[:, 2] = torch.nan  # a finding without any
positive, negative = torch.rand(LABELS) + 0.5, torch.rand(LABELS) + 0.5
classes = torch.randint(-1, LABELS, (IMAGES,))
values = 40 * torch.randn(IMAGES)
values[torch.rand(IMAGES) < 0.3] = torch.nan
tensors = {"logits": logits, "labels": labels, "positive": positive, "negative": negative, "classes": classes, "values": values}


def binary(x, weighted, smoothing):
    total = 0
    for i in range(IMAGES):
        for j in range(LABELS):
            if not labels[i, j].isnan():
                target = labels[i, j].double() * (1 - smoothing) + smoothing / 2
                weight = (positive if labels[i, j] == 1 else negative)[j].double() if weighted else 1
                total = total + weight * binary_cross_entropy_with_logits(x[i, j], target)
    return total / LABELS


def of_class(x, weighted, smoothing):
    known = classes >= 0
    weight = positive.double() if weighted else None
    return cross_entropy(x[known], classes[known], weight=weight, reduction="none", label_smoothing=smoothing).sum()


def of_value(x):
    known = ~values.isnan()
    return l1_loss(x[known, 0], values[known].double(), reduction="sum")


cases = {"binary": lambda x: binary(x, False, 0), "binary_weighted": lambda x: binary(x, True, SMOOTHING),
         "class": lambda x: of_class(x, False, 0), "class_weighted": lambda x: of_class(x, True, SMOOTHING), "value": of_value}
for name, loss in cases.items():
    x = logits.double().requires_grad_(True)
    result = loss(x)
    result.backward()
    tensors |= {name: result.detach(), f"{name}.gradient": x.grad}

known = ~labels.isnan()
by_sklearn = log_loss(labels[known].numpy(), logits.double().sigmoid()[known].numpy(), normalize=False) / LABELS
assert abs(by_sklearn - tensors["binary"].item()) < 1e-9, by_sklearn

FOLDER.mkdir(parents=True, exist_ok=True)
save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, FOLDER / "golden.safetensors",
          {"made_by": f"tools/golden/nn_label_loss.py, PyTorch {torch.__version__}, scikit-learn {sklearn.__version__}"})
