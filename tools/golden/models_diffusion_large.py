"""Golden values of parts of Stable Diffusion 2.1's and 1.x's width with keyed weights: outputs, and a summary of every gradient."""

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.unets.unet_2d_blocks import CrossAttnDownBlock2D
from transformers import CLIPTextConfig, CLIPTextModel

from keyed_weights import fill, gradient_summary, keyed
from models_common import begin, describe, write

SEED = 61
INPUTS = 1 << 32  # the identity of what is no weight, plus a number


def keyed_input(number, shape):
    return keyed(SEED, INPUTS + number, shape).double()


def prepared(model):
    begin(SEED)
    fill(model, SEED)
    return model.double().eval()


def write_summary(name, model, output, number, tensors, versions, text):
    output.mul(keyed_input(number, output.shape)).mean().backward()
    tensors |= {"output": output, "gradients": gradient_summary(model, SEED)}
    write(f"large/{name}", tensors, {"loss": "mean(output * keyed)", "seed": SEED})
    describe(f"large/{name}", "models_diffusion_large.py", versions,
             text + " Weights and inputs by `keyed_weights.py`; `gradients` is a summary: a row a tensor (in the order of names), its norm "
             "and four projections.")
    print(name, output.abs().max().item(), output.std().item())


def write_unet():
    unet = prepared(UNet2DConditionModel(
        sample_size=16, in_channels=4, out_channels=4, down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), block_out_channels=(320, 640), layers_per_block=1,
        attention_head_dim=(5, 10), cross_attention_dim=1024, norm_num_groups=32, use_linear_projection=True))
    context = keyed_input(1, (1, 7, 1024))
    timesteps = torch.tensor([501])
    wide = unet(keyed_input(2, (1, 4, 6, 14)), timesteps, context).sample
    output = unet(keyed_input(0, (1, 4, 8, 8)), timesteps, context).sample
    write_summary("unet_sd2", unet, output, 3, {"timesteps": timesteps, "output_wide": wide}, [torch, diffusers],
                  "UNet2DConditionModel with two levels of Stable Diffusion 2.1's widths.")


def write_block():
    block = prepared(CrossAttnDownBlock2D(
        in_channels=640, out_channels=1280, temb_channels=1280, num_layers=1, resnet_eps=1e-5, resnet_groups=32, num_attention_heads=8,
        cross_attention_dim=768, use_linear_projection=False, add_downsample=False))
    output, _ = block(keyed_input(0, (1, 640, 4, 5)), keyed_input(1, (1, 1280)), keyed_input(2, (1, 7, 768)))
    write_summary("down_block_sd1", block, output, 3, {}, [torch, diffusers],
                  "CrossAttnDownBlock2D of Stable Diffusion 1.x's width: 1x1-convolution projections, 8 heads.")


def write_autoencoder():
    vae = prepared(AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(128, 256), layers_per_block=2, latent_channels=4, norm_num_groups=32, sample_size=32))
    moments = vae.encode(keyed_input(0, (1, 3, 24, 32))).latent_dist
    joined = torch.cat([moments.mean, moments.logvar], 1)
    decoded = vae.decode(moments.mean).sample
    joined.mul(keyed_input(2, joined.shape)).mean().backward(retain_graph=True)
    write_summary("vae_sd", vae, decoded, 1, {"moments": joined}, [torch, diffusers],
                  "AutoencoderKL of Stable Diffusion's widths; the loss is also that of `moments`; `output` is decoded from the mean.")


def write_text(name, hidden, layers, heads, activation):
    config = CLIPTextConfig(
        vocab_size=1000, hidden_size=hidden, intermediate_size=4 * hidden, projection_dim=hidden, num_hidden_layers=layers,
        num_attention_heads=heads, max_position_embeddings=77, hidden_act=activation, bos_token_id=998, eos_token_id=999, pad_token_id=0)
    model = prepared(CLIPTextModel(config))
    ids = torch.tensor([[998, 5, 77, 123, 5, 640, 2, 999, 0, 0]])
    output = model(ids).last_hidden_state
    write_summary(name, model, output, 0, {"ids": ids}, [torch, transformers],
                  f"CLIPTextModel of width {hidden} with {activation}, a small vocabulary and {layers} layer(s).")


write_text("clip_text_sd2", 1024, 1, 16, "gelu")
write_text("clip_text_sd1", 768, 2, 12, "quick_gelu")
write_autoencoder()
write_block()
write_unet()
