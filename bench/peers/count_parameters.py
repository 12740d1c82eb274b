"""Parameters of the parts of a pipeline, as `radforge plan` counts them, as JSON.

usage: count_parameters.py headers|models PIPELINE

"headers" adds up the shapes in the files of weights, without torch; "models" builds those of diffusers and transformers, without memory
for the weights.
"""

import json
import math
import pathlib
import sys

PARTS = {"unet": "diffusion_pytorch_model", "text_encoder": "model", "vae": "diffusion_pytorch_model"}


def from_headers(pipeline: pathlib.Path) -> dict[str, int]:
    from safetensors import safe_open

    found = {}
    for part, stem in PARTS.items():
        with safe_open(pipeline / part / f"{stem}.safetensors", framework="np") as file:
            found[part] = sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())
    return found


def from_models(pipeline: pathlib.Path) -> dict[str, int]:
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    with torch.device("meta"):
        models = {"unet": UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(pipeline / "unet")),
                  "text_encoder": CLIPTextModel(CLIPTextConfig.from_pretrained(pipeline / "text_encoder")),
                  "vae": AutoencoderKL.from_config(AutoencoderKL.load_config(pipeline / "vae"))}
    return {part: sum(parameter.numel() for parameter in model.parameters()) for part, model in models.items()}


print(json.dumps({"headers": from_headers, "models": from_models}[sys.argv[1]](pathlib.Path(sys.argv[2]))))
