"""Golden names of LDM checkpoints: what diffusers' single-file converters make of tiny and of full-sized ones, tensor by tensor."""

import bisect
import csv
import gzip
import io
import re

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders import single_file_utils as converters
from transformers import CLIPTextConfig, CLIPTextModel

from models_common import FOLDER, begin, describe

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
          "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
UNET_ENDS = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0",
             "conv_norm_out": "out.0", "conv_out": "out.2"}
SCHEDULE = ["betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod",
            "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod", "sqrt_recipm1_alphas_cumprod", "posterior_variance",
            "posterior_log_variance_clipped", "posterior_mean_coef1", "posterior_mean_coef2", "logvar"]


def ldm_config(unet, ddconfig):
    """The parts of an LDM configuration file that diffusers reads."""
    unet = {"in_channels": 4, "out_channels": 4, "transformer_depth": 1, **unet}
    ddconfig = {"in_channels": 3, "out_ch": 3, "z_channels": 4, **ddconfig}
    return {"model": {"params": {"unet_config": {"params": unet}, "first_stage_config": {"params": {"ddconfig": ddconfig}}}}}


def text_config(**values):
    last = values["vocab_size"] - 1
    return CLIPTextConfig(projection_dim=values["hidden_size"], bos_token_id=last - 1, eos_token_id=last, **values)


SD1 = {"num_heads": 8}
SD2 = {"use_linear_in_transformer": True, "num_head_channels": 64}
FULL = {"model_channels": 320, "attention_resolutions": [4, 2, 1], "num_res_blocks": 2, "channel_mult": [1, 2, 4, 4]}
FULL_VAE = {"ch": 128, "ch_mult": [1, 2, 4, 4], "num_res_blocks": 2}
CASES = {
    "tiny_sd1": (
        ldm_config({**SD1, "model_channels": 32, "attention_resolutions": [1], "num_res_blocks": 1, "channel_mult": [1, 2],
                    "context_dim": 64}, {"ch": 32, "ch_mult": [1, 2], "num_res_blocks": 1}),
        text_config(vocab_size=99, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=1,
                    max_position_embeddings=12, hidden_act="quick_gelu"),
    ),
    "tiny_sd2": (
        ldm_config({**SD2, "model_channels": 64, "attention_resolutions": [2, 1], "num_res_blocks": 2, "channel_mult": [1, 1, 2],
                    "context_dim": 128}, {"ch": 32, "ch_mult": [1, 1, 2], "num_res_blocks": 2}),
        text_config(vocab_size=99, hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=2,
                    max_position_embeddings=12, hidden_act="gelu"),
    ),
    "full_sd1": (
        ldm_config({**SD1, **FULL, "context_dim": 768}, FULL_VAE),
        text_config(vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
                    max_position_embeddings=77, hidden_act="quick_gelu"),
    ),
    "full_sd2": (
        ldm_config({**SD2, **FULL, "context_dim": 1024}, FULL_VAE),
        text_config(vocab_size=49408, hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16,
                    max_position_embeddings=77, hidden_act="gelu"),
    ),
}


def replaced(name, table):
    stem, kind = name.rsplit(".", 1)
    return f"{table.get(stem, stem)}.{kind}"


def unet_name(name, config):
    """The LDM name of a tensor of UNet2DConditionModel."""
    blocks = config["layers_per_block"] + 1
    if match := re.match(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.*)", name):
        way, level, kind, layer, rest = match.groups()
        first = int(level) * blocks + (way == "down")
        side = "input_blocks" if way == "down" else "output_blocks"
        if kind == "downsamplers":
            return f"{side}.{first + blocks - 1}.0." + rest.replace("conv", "op")
        if kind == "upsamplers":
            return f"{side}.{first + blocks - 1}.{1 + ('Attn' in config['up_block_types'][int(level)])}.{rest}"
        return f"{side}.{first + int(layer)}." + ("0." + replaced(rest, RESNET) if kind == "resnets" else "1." + rest)
    if match := re.match(r"mid_block\.(\w+)\.(\d+)\.(.*)", name):
        kind, layer, rest = match.groups()
        return f"middle_block.{2 * int(layer)}." + replaced(rest, RESNET) if kind == "resnets" else f"middle_block.1.{rest}"
    return replaced(name, UNET_ENDS)


def autoencoder_name(name, config):
    name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda match: f"mid.block_{int(match[1]) + 1}", name)
    name = name.replace("mid_block.attentions.0", "mid.attn_1").replace("group_norm", "norm").replace("to_out.0", "proj_out")
    name = re.sub(r"\.to_([qkv])\.", r".\1.", name)
    last = len(config["block_out_channels"]) - 1
    name = re.sub(r"up_blocks\.(\d+)", lambda match: f"up.{last - int(match[1])}", name).replace("down_blocks", "down")
    return name.replace("resnets", "block").replace("downsamplers.0", "downsample").replace("upsamplers.0", "upsample")


def open_clip_shapes(config):
    """Names and shapes of OpenCLIP's text tower, which has a layer more than the model that Stable Diffusion 2 makes of it."""
    width, wide = config.hidden_size, config.intermediate_size
    shapes = {"positional_embedding": (config.max_position_embeddings, width), "text_projection": (width, width), "logit_scale": (),
              "token_embedding.weight": (config.vocab_size, width), "ln_final.weight": (width,), "ln_final.bias": (width,)}
    for i in range(config.num_hidden_layers + 1):
        block = f"transformer.resblocks.{i}."
        shapes |= {block + f"{norm}.{kind}": (width,) for norm in ("ln_1", "ln_2") for kind in ("weight", "bias")}
        shapes |= {block + "attn.in_proj_weight": (3 * width, width), block + "attn.in_proj_bias": (3 * width,)}
        for layer, shape in (("attn.out_proj", (width, width)), ("mlp.c_fc", (wide, width)), ("mlp.c_proj", (width, wide))):
            shapes |= {block + layer + ".weight": shape, block + layer + ".bias": shape[:1]}
    return shapes


def words(values):
    return " ".join(map(str, values))


def shapes_of(module, prefix=""):
    return {prefix + name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def numbered(shapes, tiny):
    """Tiny: tensors whose elements are numbered through. Full: tensors that repeat their own number, without memory for it."""
    tensors, start = {}, 0
    for index, (name, shape) in enumerate(shapes.items()):
        count = torch.Size(shape).numel()
        if tiny:
            tensors[name] = torch.arange(start, start + count).float().reshape(shape)
        else:
            tensors[name] = torch.tensor(float(index)).expand(shape)
        start += count
    assert start < 2**24 or not tiny, "float32 tells the elements apart"
    return tensors


def rows_of(part, converted, ldm, tiny, rows):
    """Adds (part, name, shape, first element) to the rows of the LDM tensors of which the converted ones are contiguous pieces."""
    names = list(ldm)
    starts = [int(tensor[(0,) * tensor.ndim]) for tensor in ldm.values()]
    for name, tensor in converted.items():
        value = int(tensor[(0,) * tensor.ndim])
        source = bisect.bisect_right(starts, value) - 1
        if tiny:
            assert torch.equal(tensor.flatten(), value + torch.arange(tensor.numel())), name
        rows[names[source]].append((part, name, words(tensor.shape), value - starts[source] if tiny else ""))


def make(case, original, text):
    tiny, sd2 = case.startswith("tiny"), case.endswith("sd2")
    unet_config = converters.create_unet_diffusers_config_from_ldm(original, {}, image_size=512)
    vae_config = converters.create_vae_diffusers_config_from_ldm(original, {}, image_size=512)
    with torch.device("meta"):
        unet = shapes_of(UNet2DConditionModel.from_config(unet_config))
        vae = shapes_of(AutoencoderKL.from_config(vae_config))
        model = CLIPTextModel(text)
        prefix = "" if hasattr(model, "text_model") else "text_model."
        clip = {name: shape for name, shape in shapes_of(model, prefix).items() if "position_ids" not in name}

    shapes = {"model.diffusion_model." + unet_name(name, unet_config): shape for name, shape in unet.items()}
    if case == "tiny_sd1":
        shapes |= {"model_ema." + name.removeprefix("model.").replace(".", ""): shape for name, shape in list(shapes.items())}
        shapes |= {"model_ema.decay": (), "model_ema.num_updates": ()}
    for name, shape in vae.items():
        projection = re.search(r"attentions.*(to_|to_out\.)\w+\.weight", name)
        shapes["first_stage_model." + autoencoder_name(name, vae_config)] = shape + (1, 1) if projection else shape
    if sd2:
        shapes |= {"cond_stage_model.model." + name: shape for name, shape in open_clip_shapes(text).items()}
    else:
        shapes |= {"cond_stage_model.transformer." + name: shape for name, shape in clip.items()}
        shapes["cond_stage_model.transformer.text_model.embeddings.position_ids"] = (1, text.max_position_embeddings)
    shapes |= {name: (10,) for name in SCHEDULE}
    ldm = numbered(shapes, tiny)

    rows = {name: [] for name in ldm}
    parts = {"unet": (converters.convert_ldm_unet_checkpoint(ldm, unet_config), unet),
             "autoencoder": (converters.convert_ldm_vae_checkpoint(ldm, vae_config), vae)}
    if case == "tiny_sd1":
        parts["averaged unet"] = converters.convert_ldm_unet_checkpoint(ldm, unet_config, extract_ema=True), unet
    if sd2:
        # diffusers leaves out layer 23 by its name; the tiny file's last layer has another number.
        converters.SD_2_TEXT_ENCODER_KEYS_TO_IGNORE[:] = [name for name in ldm if f"resblocks.{text.num_hidden_layers}." in name]
        converters.SD_2_TEXT_ENCODER_KEYS_TO_IGNORE.append("cond_stage_model.model.text_projection")
        converted = converters.convert_open_clip_checkpoint(model, ldm)
        converted.pop("text_projection.weight", None)
    else:
        converted = converters.convert_ldm_clip_checkpoint(ldm)
        converted.pop("text_model.embeddings.position_ids")
    parts["text encoder"] = converted, clip
    for part, (converted, expected) in parts.items():
        assert {name: tuple(tensor.shape) for name, tensor in converted.items()} == expected, part
        rows_of(part, converted, ldm, tiny, rows)

    text_file = io.StringIO()
    writer = csv.writer(text_file, lineterminator="\n")
    writer.writerow(["ldm", "ldm_shape", "part", "name", "shape", "first"])
    for name, pieces in rows.items():
        for piece in pieces or [("", "", "", "")]:
            writer.writerow([name, words(shapes[name]), *piece])
    (FOLDER / "ldm" / f"{case}.csv.gz").write_bytes(gzip.compress(text_file.getvalue().encode(), 9, mtime=0))
    return configurations(case, unet_config, vae_config, text)


def configurations(case, unet, vae, text):
    """diffusers' configuration as rows; what its converters leave out is taken from its classes' defaults."""
    with torch.device("meta"):
        unet = dict(UNet2DConditionModel.from_config(unet).config)
        vae = dict(AutoencoderKL.from_config(vae).config)
    if isinstance(unet["attention_head_dim"], int):
        unet["attention_head_dim"] = [unet["attention_head_dim"]] * len(unet["block_out_channels"])
    keys = {
        "unet": (unet, "in_channels out_channels down_block_types up_block_types block_out_channels layers_per_block "
                 "attention_head_dim cross_attention_dim norm_num_groups use_linear_projection"),
        "vae": (vae, "in_channels latent_channels block_out_channels layers_per_block norm_num_groups mid_block_add_attention "
                "scaling_factor"),
        "text_encoder": (text.to_dict(), "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads "
                         "max_position_embeddings hidden_act"),
    }
    for part, (values, names) in keys.items():
        for name in names.split():
            value = values[name]
            plain = str(value).lower() if isinstance(value, bool) else str(value)
            yield [case, f"{part}.{name}", words(value) if isinstance(value, (list, tuple)) else plain]


begin(15)
(FOLDER / "ldm").mkdir(parents=True, exist_ok=True)
with open(FOLDER / "ldm" / "configurations.csv", "w") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["case", "key", "value"])
    for case, (original, text) in CASES.items():
        table.writerows(make(case, original, text))
describe(
    "ldm", "models_ldm.py", [torch, diffusers, transformers],
    "LDM checkpoints, a table each: every LDM tensor with the part, name and shape that diffusers' converters give it (nothing: "
    "dropped) and, of the tiny ones, the place of the first element in it; `configurations.csv` has diffusers' configurations.",
)
