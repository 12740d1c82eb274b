"""Multiply-adds of the models, counted by torch's FlopCounterMode while diffusers and transformers run on tensors without memory.

Each golden tensor holds 3x3 convolutions, linear layers, 1x1 convolutions, self-attention, cross-attention, as integers.
"""

import json

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch.utils.flop_counter import FlopCounterMode
from transformers import CLIPTextConfig, CLIPTextModel

from models_common import FOLDER, begin, describe, write

KINDS = ("conv3x3", "linear", "conv1x1", "self_attention", "cross_attention")
# Three levels, one block each, a map that is not square: nothing that the published models have alike is alike here.
SMALL_UNET = {
    "in_channels": 3, "out_channels": 5, "block_out_channels": [32, 48, 80], "layers_per_block": 1, "attention_head_dim": [2, 4, 8],
    "cross_attention_dim": 24, "norm_num_groups": 16, "use_linear_projection": False,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
}
SMALL_VAE = {
    "in_channels": 1, "out_channels": 1, "latent_channels": 3, "block_out_channels": [16, 24, 40], "layers_per_block": 1,
    "norm_num_groups": 8, "down_block_types": ["DownEncoderBlock2D"] * 3, "up_block_types": ["UpDecoderBlock2D"] * 3,
}


def kind_of(name, module):
    if isinstance(module, torch.nn.Conv2d):
        return "conv1x1" if module.kernel_size == (1, 1) else "conv3x3"
    if isinstance(module, torch.nn.Linear):
        return "linear"
    return "cross_attention" if name.endswith("attn2") else "self_attention"


class Call(torch.nn.Module):
    """The counter names modules below the first that is called, which encode() and decode() are not."""

    def __init__(self, model, call):
        super().__init__()
        self.model, self.call = model, call

    def forward(self):
        self.call(self.model)


def count(model, call):
    """Multiply-adds by kind; what an attention's layers do not explain are its products of queries, keys and values."""
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        Call(model, call)()
    counts = {name: sum(operators.values()) // 2 for name, operators in counter.get_flop_counts().items()}
    total = counts["Global"]
    sums = dict.fromkeys(KINDS, 0)
    for name, module in model.named_modules():
        flop = counts.get(f"Call.model.{name}", 0)
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            sums[kind_of(name, module)] += flop
        elif type(module).__name__ in ("Attention", "CLIPAttention"):
            projections = [counts.get(f"Call.model.{name}.{child}", 0) for child, layer in module.named_modules()
                           if isinstance(layer, torch.nn.Linear)]
            sums[kind_of(name, module)] += flop - sum(projections)
    assert sum(sums.values()) == total, (sums, total)
    return torch.tensor([sums[kind] for kind in KINDS], device="cpu")


def unet(config, height, width, tokens):
    model = UNet2DConditionModel(**config)
    model.set_attn_processor(AttnProcessor())
    states = torch.empty(1, tokens, config["cross_attention_dim"])
    return count(model, lambda m: m(torch.empty(1, config["in_channels"], height, width), torch.empty(1), states))


def vae(config, height, width):
    model = AutoencoderKL(**config)
    model.set_attn_processor(AttnProcessor())
    scale = 2 ** (len(config["block_out_channels"]) - 1)
    latents = torch.empty(1, config["latent_channels"], height // scale, width // scale)
    return (count(model, lambda m: m.encode(torch.empty(1, config["in_channels"], height, width))), count(model, lambda m: m.decode(latents)))


def text(config, tokens):
    model = CLIPTextModel(CLIPTextConfig(**config, attn_implementation="eager"))
    return count(model, lambda m: m(torch.zeros(1, tokens, dtype=torch.long)))


def published(model, part):
    config = json.loads((FOLDER / model / part / "config.json").read_text())
    return {key: value for key, value in config.items() if not key.startswith("_")}


begin(0)
golden = {}
with torch.device("meta"):
    for model in ("sd21_base", "sd15"):
        golden[f"{model}.unet"] = unet(published(model, "unet"), 64, 64, 77)
        golden[f"{model}.encode"], golden[f"{model}.decode"] = vae(published(model, "vae"), 512, 512)
        golden[f"{model}.text_encoder"] = text(published(model, "text_encoder"), 77)
    golden["sd21_base.unet_wide"] = unet(published("sd21_base", "unet"), 96, 64, 40)
    golden["small.unet"] = unet(SMALL_UNET, 8, 12, 5)
    golden["small.encode"], golden["small.decode"] = vae(SMALL_VAE, 16, 24)
for name, values in golden.items():
    print(name, *(f"{kind} {value / 1e9:.4f}" for kind, value in zip(KINDS, values.tolist())), f"total {values.sum().item() / 1e9:.2f} GMAC")
write("multiply_adds", golden, {})
describe("multiply_adds", "models_multiply_adds.py", [torch, diffusers, transformers],
         "multiply-adds of the published models and of small ones: " + ", ".join(KINDS) + ".")
