"""Golden values of a small UNet2DConditionModel of diffusers: output and gradients."""

import diffusers
import torch
from diffusers import UNet2DConditionModel

from models_common import FOLDER, begin, describe, spread_weights, weights_and_gradients, write

begin(11)
unet = UNet2DConditionModel(
    sample_size=8,
    in_channels=4,
    out_channels=4,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    block_out_channels=(16, 32),
    layers_per_block=1,
    attention_head_dim=(2, 4),
    cross_attention_dim=24,
    norm_num_groups=8,
    use_linear_projection=True,
)
spread_weights(unet)
latent = torch.randn(2, 4, 8, 8)
timesteps = torch.tensor([3, 987])
context = torch.randn(2, 5, 24)

unet.double()
inputs = latent.double().requires_grad_(), context.double().requires_grad_()
output = unet(inputs[0], timesteps, inputs[1]).sample
output.square().mean().backward()

tensors = weights_and_gradients(unet)
tensors |= {"latent": latent, "timesteps": timesteps, "context": context, "output": output}
tensors |= {"gradients.latent": inputs[0].grad, "gradients.context": inputs[1].grad}
write("unet", tensors, {"loss": "mean(output^2)"})
unet.save_config(FOLDER / "unet")
describe("unet", "models_unet.py", [torch, diffusers], "UNet2DConditionModel with two levels and `use_linear_projection`.")
