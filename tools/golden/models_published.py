"""Names and shapes of every tensor of Stable Diffusion 2.1-base and 1.5, from diffusers and transformers without memory for weights.

The configurations state the facts of the published config.json files. What proves the lists: their parameters, and that a safetensors
header of these names has exactly the bytes by which each published file of 2.1-base exceeds its tensors.
"""

import json
import math

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from models_common import FOLDER, describe

UNET = {
    "act_fn": "silu", "attention_head_dim": [5, 10, 20, 20], "block_out_channels": [320, 640, 1280, 1280], "center_input_sample": False,
    "cross_attention_dim": 1024, "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"], "downsample_padding": 1,
    "dual_cross_attention": False, "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2,
    "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32, "num_class_embeds": None, "only_cross_attention": False,
    "out_channels": 4, "sample_size": 64, "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3, "use_linear_projection": True,
}
VAE = {
    "act_fn": "silu", "block_out_channels": [128, 256, 512, 512], "down_block_types": ["DownEncoderBlock2D"] * 4, "in_channels": 3,
    "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32, "out_channels": 3, "sample_size": 768,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
TEXT = {
    "architectures": ["CLIPTextModel"], "attention_dropout": 0.0, "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2, "hidden_act": "gelu",
    "hidden_size": 1024, "initializer_factor": 1.0, "initializer_range": 0.02, "intermediate_size": 4096, "layer_norm_eps": 1e-05,
    "max_position_embeddings": 77, "model_type": "clip_text_model", "num_attention_heads": 16, "num_hidden_layers": 23, "pad_token_id": 1,
    "projection_dim": 512, "torch_dtype": "float32", "vocab_size": 49408,
}
# Stable Diffusion 1.5: eight heads everywhere, 1x1 convolutions, CLIP ViT-L's text model.
UNET_1 = {key: value for key, value in UNET.items() if key != "use_linear_projection"} | {"attention_head_dim": 8, "cross_attention_dim": 768}
VAE_1 = VAE | {"sample_size": 512}
TEXT_1 = TEXT | {
    "hidden_act": "quick_gelu", "hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12,
    "projection_dim": 768,
}
# Bytes of the published files of 2.1-base, which name the autoencoder's attention as diffusers did then and hold position_ids.
FILE_BYTES = {"unet": 3463726498, "vae": 334643276, "text_encoder": 1361597018}
POSITIONS = "text_model.embeddings.position_ids"
OLD = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}


def tensors_of(module):
    return {name: list(tensor.shape) for name, tensor in module.state_dict().items()}


def text_tensors(config):
    tensors = tensors_of(CLIPTextModel(CLIPTextConfig(**config)))
    return {name if name.startswith("text_model.") else "text_model." + name: shape for name, shape in tensors.items()}


def header_bytes(tensors):
    """Bytes of a safetensors file beside its tensors, as files of 2022 have it: by name, no padding."""
    header, begin = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in sorted(tensors.items()):
        dtype, width = ("I64", 8) if name == POSITIONS else ("F32", 4)
        size = width * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, begin + size]}
        begin += size
    return 8 + len(json.dumps(header, separators=(",", ":")))


def old_names(tensors):
    def old(name):
        for new, former in OLD.items():
            if ".mid_block.attentions." in name:
                name = name.replace(new, former)
        return name
    return {old(name): shape for name, shape in tensors.items()}


def write(folder, part, config, tensors, class_name):
    path = FOLDER / folder / part
    path.mkdir(parents=True, exist_ok=True)
    named = config if class_name is None else {"_class_name": class_name, "_diffusers_version": "0.10.0.dev0"} | config
    (path / "config.json").write_text(json.dumps(named, indent=2) + "\n")
    (path / "tensors.txt").write_text("".join(f"{name} {'x'.join(map(str, shape))}\n" for name, shape in sorted(tensors.items())))
    return sum(math.prod(shape) for shape in tensors.values())


for folder, unet, vae, text in (("sd21_base", UNET, VAE, TEXT), ("sd15", UNET_1, VAE_1, TEXT_1)):
    with torch.device("meta"):
        tensors = {
            "unet": tensors_of(UNet2DConditionModel(**unet)),
            "vae": tensors_of(AutoencoderKL(**vae)),
            "text_encoder": text_tensors(text),
        }
    counts = {
        "unet": write(folder, "unet", unet, tensors["unet"], "UNet2DConditionModel"),
        "vae": write(folder, "vae", vae, tensors["vae"], "AutoencoderKL"),
        "text_encoder": write(folder, "text_encoder", text, tensors["text_encoder"], None),
    }
    if folder == "sd21_base":
        published = tensors | {"vae": old_names(tensors["vae"]), "text_encoder": tensors["text_encoder"] | {POSITIONS: [1, 77]}}
        for part, file_bytes in FILE_BYTES.items():
            expected = 4 * counts[part] + (8 * 77 if part == "text_encoder" else 0) + header_bytes(published[part])
            assert expected == file_bytes, (part, expected, file_bytes)
    print(folder, counts)
    describe(
        folder,
        "models_published.py",
        [diffusers, transformers],
        "configurations of the published model, and a line `name shape` for each of its tensors under present names.",
    )
