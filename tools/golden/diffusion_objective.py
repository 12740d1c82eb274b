"""Golden values of the training objective's weights and of the guidance's rescaling; diffusion_samplers.py stores them."""

import torch
from diffusers import DDPMScheduler
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg
from diffusers.training_utils import compute_snr

GAMMA = 5.0
TIMESTEPS = (0, 1, 100, 300, 500, 700, 900, 998, 999)


def weights_of(scheduler, timesteps, gamma):
    """min-SNR-gamma, stated anew from Hang et al. 2023: the weight min(SNR, gamma) of the clean sample's error in other terms."""
    snr = compute_snr(scheduler, timesteps)
    clean = torch.minimum(snr, torch.tensor(gamma))
    return {"epsilon": clean / snr, "v_prediction": clean / (snr + 1), "sample": clean}


def tensors(config):
    timesteps = torch.tensor(TIMESTEPS)
    result = {"snr_timesteps": timesteps}
    for ending, rescale in (("", False), (".zero_snr", True)):
        scheduler = DDPMScheduler(**config, rescale_betas_zero_snr=rescale)
        result[f"snr{ending}"] = compute_snr(scheduler, timesteps)
        for name, weights in weights_of(scheduler, timesteps, GAMMA).items():
            if not (rescale and name == "epsilon"):
                result[f"weights.{name}{ending}"] = weights
    guided, conditional = torch.randn(3, 4, 4, 4) * 4, torch.randn(3, 4, 4, 4)
    result |= {"rescaled.without": conditional - (conditional - guided) / 3, "rescaled.with": conditional}
    # without + 3 (with - without), rescaled by 0.7
    guided = result["rescaled.without"] + 3 * (conditional - result["rescaled.without"])
    return result | {"rescaled.guided": rescale_noise_cfg(guided, conditional, 0.7)}
