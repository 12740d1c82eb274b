"""Golden values of DenseNet-121 and ResNet-18/34/50 of torchvision with keyed weights: outputs, and a summary of every gradient."""

import torch
import torchvision
from torch import nn
from torchvision.models import densenet121, resnet18, resnet34, resnet50

from keyed_weights import fill, gradient_summary, keyed, summary
from models_common import begin, describe, write

SEED = 51
EVALUATION, TRAINING, IMAGES = 1 << 32, (1 << 32) + 1, (1 << 32) + 2  # identities of what is no weight
# Norms push most values over the rectifier's corner: few lie near it, where fp32 and float64 can differ in which side they are on.
SHIFT = 3.0
CANDIDATES = 16


def with_channels(model, channels):
    if hasattr(model, "features"):
        model.features.conv0 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    else:
        model.conv1 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    return model


def margin(model, images):
    """How far from a corner the forward pass stays: the least |input| of a rectifier, or distance of the two largest values of a
    pooling window, over the largest value."""
    least = []

    def rectified(values):
        least.append(float(values.abs().min() / values.abs().max()))

    def pooled(_, inputs):
        windows = nn.functional.unfold(inputs[0], 3, padding=1, stride=2).reshape(len(inputs[0]), inputs[0].shape[1], 9, -1)
        best = windows.topk(2, dim=2).values
        gaps = (best[:, :, 0] - best[:, :, 1])[best[:, :, 0] > 0]
        least.append(float(gaps.min() / best.max()))

    hooks = []
    for name, module in model.named_modules():
        if isinstance(module, nn.ReLU):
            hooks.append(module.register_forward_pre_hook(lambda _, inputs: rectified(inputs[0])))
        elif isinstance(module, nn.MaxPool2d):
            hooks.append(module.register_forward_pre_hook(pooled))
        elif name.endswith("norm5"):
            hooks.append(module.register_forward_hook(lambda _, inputs, output: rectified(output)))
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    return min(least)


def best_images(model, shape):
    """Of some keyed images those that stay farthest from every corner: their number, and they."""
    buffers = {name: value.clone() for name, value in model.named_buffers()}
    candidates = [keyed(SEED, IMAGES + number, shape).double() for number in range(CANDIDATES)]
    margins = [margin(model, images) for images in candidates]
    for name, value in model.named_buffers():
        value.copy_(buffers[name])
    number = max(range(CANDIDATES), key=margins.__getitem__)
    print("  margin", margins[number])
    return torch.tensor(number), candidates[number]


def write_model(make, channels):
    name = make.__name__
    begin(SEED)
    model = with_channels(make(num_classes=7), channels)
    fill(model, SEED, SHIFT)
    print(name)
    model.double().eval()
    number, images = best_images(model, (2, channels, 64, 64))
    output = model(images)
    output.mul(keyed(SEED, EVALUATION, output.shape).double()).mean().backward()
    tensors = {"images": number, "output": output, "gradients": gradient_summary(model, SEED)}
    print("  output", output[0, :3].tolist(), "difference of the two images", (output[0] - output[1]).abs().max().item())

    model.zero_grad()
    model.train()
    number, images = best_images(model, (4, channels, 64, 64))
    output = model(images)
    output.mul(keyed(SEED, TRAINING, output.shape).double()).mean().backward()
    statistics = {key: value for key, value in model.named_buffers() if value.is_floating_point()}
    tensors |= {"images_train": number, "output_train": output, "gradients_train": gradient_summary(model, SEED),
                "statistics": summary(statistics, SEED)}
    print("  output", output[0, :3].tolist(), "difference of two images", (output[0] - output[1]).abs().max().item())
    losses = {"loss of gradients": "mean(output * keyed)", "loss of gradients_train": "mean(output_train * keyed)"}
    write(f"large/{name}", tensors, losses | {"seed": SEED, "in_channels": channels})
    describe(f"large/{name}", "models_classifier_large.py", [torch, torchvision],
             f"{channels} channels, weights and images by `keyed_weights.py`; `gradients`, `gradients_train`, `statistics` are summaries: "
             "a row a tensor (in the order of names), its norm and four projections.")


write_model(densenet121, 1)
write_model(resnet18, 1)
write_model(resnet34, 3)
write_model(resnet50, 3)
