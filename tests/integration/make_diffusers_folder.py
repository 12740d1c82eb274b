"""usage: make_diffusers_folder.py VOCABULARY KIND OUTPUT: saves a small StableDiffusionPipeline of random weights by diffusers itself."""

import sys

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

vocabulary, kind, output = sys.argv[1:]
torch.manual_seed(3)
tokenizer = CLIPTokenizer.from_pretrained(vocabulary)
is_second = kind == "sd2"
text_encoder = CLIPTextModel(CLIPTextConfig(
    vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=tokenizer.model_max_length, hidden_act="gelu" if is_second else "quick_gelu",
    bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
))
unet = UNet2DConditionModel(
    sample_size=8, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    block_out_channels=(32, 64), layers_per_block=2, cross_attention_dim=32, norm_num_groups=8,
    attention_head_dim=(2, 4) if is_second else 4, use_linear_projection=is_second, upcast_attention=is_second,
)
vae = AutoencoderKL(
    in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
    block_out_channels=(16, 16, 32), layers_per_block=1, norm_num_groups=8, sample_size=32, scaling_factor=0.3,
)
with torch.no_grad():
    vae.decoder.conv_out.weight *= 20  # random weights alone make a flat grey
noise = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
if is_second:
    scheduler = PNDMScheduler(**noise, skip_prk_steps=True, set_alpha_to_one=False, prediction_type="v_prediction")
else:
    scheduler = EulerDiscreteScheduler(**noise, prediction_type="epsilon")
pipeline = StableDiffusionPipeline(
    vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None, feature_extractor=None,
    requires_safety_checker=False,
)
if is_second:
    pipeline.save_pretrained(output)
else:
    pipeline.to(torch.float16).save_pretrained(output, variant="fp16", max_shard_size="200KB")
