"""Golden values of two small AutoencoderKL of diffusers, with and without attention in the middle."""

import diffusers
import torch
from diffusers import AutoencoderKL

from models_common import FOLDER, begin, describe, spread_weights, weights_and_gradients, write


def make(name, attention, seed):
    begin(seed)
    vae = AutoencoderKL(
        in_channels=1,
        out_channels=1,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 16, 16),
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=16,
        mid_block_add_attention=attention,
    )
    spread_weights(vae)
    image = torch.rand(2, 1, 16, 16) * 2 - 1

    vae.double()
    distribution = vae.encode(image.double()).latent_dist
    decoded = vae.decode(distribution.mean).sample
    (decoded.square().mean() + 0.1 * distribution.parameters.square().mean()).backward()

    tensors = weights_and_gradients(vae)
    tensors |= {"image": image, "moments": distribution.parameters, "mean": distribution.mean, "decoded": decoded}
    write(name, tensors, {"loss": "mean(decoded^2) + 0.1 mean(moments^2)"})
    vae.save_config(FOLDER / name)
    describe(
        name,
        "models_vae.py",
        [torch, diffusers],
        f"AutoencoderKL, mid_block_add_attention {str(attention).lower()}; `decoded` is the decoder's output of the mean, unscaled.",
    )


make("vae", True, 12)
make("vae_no_attention", False, 13)
