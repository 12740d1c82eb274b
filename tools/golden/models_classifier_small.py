"""Golden values of small ResNets and DenseNets of torchvision: evaluation, a training step's output, gradients and statistics."""

import copy
import sys

import torch
import torchvision
from torch import nn
from torchvision.models.densenet import DenseNet
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from models_common import begin, describe, spread_weights, write


def small_resnet(block, in_channels, num_blocks, width, num_classes):
    """torchvision's class fixes the widths: its parts are built again by its own functions."""
    model = ResNet(block, [1, 1, 1, 1])
    model.inplanes = width
    model.conv1 = nn.Conv2d(in_channels, width, 7, 2, 3, bias=False)
    model.bn1 = nn.BatchNorm2d(width)
    for i in range(4):
        stage = nn.Identity()
        if i < len(num_blocks):
            stage = model._make_layer(block, width << i, num_blocks[i], stride=1 if i == 0 else 2)
        setattr(model, f"layer{i + 1}", stage)
    model.fc = nn.Linear(model.inplanes, num_classes)
    return model


def small_densenet():
    model = DenseNet(growth_rate=4, block_config=(2, 3), num_init_features=6, bn_size=2, num_classes=5)
    model.features.conv0 = nn.Conv2d(1, 6, 7, 2, 3, bias=False)
    return model


def features_of(model, images):
    """What stands before the head."""
    kept = []
    head = model.fc if isinstance(model, ResNet) else model.classifier
    hook = head.register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
    model(images)
    hook.remove()
    return kept[0]


def distance_to_kink(module, x):
    """Of a ReLU the smallest input, of a maximum the smallest lead over the second."""
    if isinstance(module, nn.ReLU):
        return x.abs().min().item()
    windows = nn.functional.unfold(x, module.kernel_size, padding=module.padding, stride=module.stride)
    first, second = windows.view(x.size(0), x.size(1), module.kernel_size**2, -1).topk(2, dim=2).values.unbind(2)
    return (first - second)[first > 0].min().item()


def keep_from_kinks(model, images):
    """Near a kink the gradient switches with the order of a sum, which differs with the number of threads."""
    distances = []
    hooks = [module.register_forward_pre_hook(lambda module, inputs: distances.append(distance_to_kink(module, inputs[0])))
             for module in model.modules() if isinstance(module, (nn.ReLU, nn.MaxPool2d))]
    model(images)
    for hook in hooks:
        hook.remove()
    if min(distances) < 1e-5:
        sys.exit(f"{min(distances):.1e} from a kink: take another seed")


def spread_statistics(model):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(0.2 * torch.randn(module.running_mean.shape))
            module.running_var.copy_(1 + 0.2 * torch.rand(module.running_var.shape))


def write_model(name, seed, make, in_channels, text):
    begin(seed)
    model = make()
    spread_weights(model)
    spread_statistics(model)
    tensors = {"images": torch.randn(3, in_channels, 64, 64), "images_wide": torch.randn(2, in_channels, 40, 72)}
    for key, value in model.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            tensors["weights." + key] = value.clone()

    # Files without the count of steps are taken by the peer, too.
    strict = {key[8:]: value for key, value in tensors.items() if key.startswith("weights.")}
    model.load_state_dict(strict, strict=True)

    model.double().train()
    images = tensors["images"].double()
    keep_from_kinks(copy.deepcopy(model), images)
    model.eval()
    keep_from_kinks(model, images)
    output = model(images)
    output.square().mean().backward()
    tensors |= {"output": output, "output_wide": model(tensors["images_wide"].double()), "features": features_of(model, images)}
    tensors |= {"gradients_evaluate." + key: parameter.grad.clone() for key, parameter in model.named_parameters()}

    model.zero_grad()
    model.train()
    output = model(images)
    output.square().mean().backward()
    tensors["output_train"] = output
    tensors |= {"gradients." + key: parameter.grad for key, parameter in model.named_parameters()}
    tensors |= {"statistics." + key: value for key, value in model.named_buffers() if value.is_floating_point()}
    write(name, tensors, {"loss": "mean(output^2)", "loss of gradients": "mean(output_train^2)", "loss of gradients_evaluate": "mean(output^2)"})
    describe(name, "models_classifier_small.py", [torch, torchvision],
             text + " `statistics` are the running ones after the training step (`output_train`, `gradients`).")


write_model("resnet_basic", 102, lambda: small_resnet(BasicBlock, 1, [2, 1, 1, 1], 4, 3), 1, "ResNet of basic blocks, one channel.")
write_model("resnet_bottleneck", 120, lambda: small_resnet(Bottleneck, 3, [2, 1], 4, 3), 3, "ResNet of bottlenecks, three channels.")
write_model("densenet_small", 146, small_densenet, 1, "DenseNet with two blocks, one channel.")
