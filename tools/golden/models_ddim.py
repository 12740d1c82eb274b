"""Golden values of diffusers' DDIMScheduler with an analytic denoiser, in float32."""

import diffusers
import torch
from diffusers import DDIMScheduler

from models_common import FOLDER, begin, describe, write

NUM_STEPS = 20


def denoise(sample, timestep):
    return torch.sin(3 * sample) * (0.5 + timestep / 1000)


def scheduler_of(prediction_type):
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        timestep_spacing="leading",
        prediction_type=prediction_type,
    )


begin(15)
start = torch.randn(2, 4, 4, 4)
tensors = {"start": start}
for prediction_type in ("epsilon", "v_prediction"):
    scheduler = scheduler_of(prediction_type)
    scheduler.set_timesteps(NUM_STEPS)
    sample = start
    samples, outputs = [sample], []
    for timestep in scheduler.timesteps:
        output = denoise(sample, int(timestep))
        sample = scheduler.step(output, int(timestep), sample, eta=0.0).prev_sample
        outputs.append(output)
        samples.append(sample)
    tensors[prediction_type + ".samples"] = torch.stack(samples)
    tensors[prediction_type + ".model_outputs"] = torch.stack(outputs)
    scheduler.save_config(FOLDER / "ddim" / prediction_type)

clean = torch.randn(4, 4, 4, 4)
noise = torch.randn(4, 4, 4, 4)
timesteps = torch.tensor([0, 17, 500, 999])
tensors |= {
    "alphas_cumprod": scheduler.alphas_cumprod,
    "timesteps": scheduler.timesteps,
    "clean": clean,
    "noise": noise,
    "noise_timesteps": timesteps,
    "noisy": scheduler.add_noise(clean, noise, timesteps),
    "velocity": scheduler.get_velocity(clean, noise, timesteps),
}
write("ddim", tensors, {"denoiser": "sin(3 x) * (0.5 + t / 1000)", "num_steps": NUM_STEPS, "eta": 0})
describe(
    "ddim",
    "models_ddim.py",
    [torch, diffusers],
    "DDIMScheduler, float32: `<prediction type>.samples` (start, then after each step) and `.model_outputs` of the analytic "
    "denoiser in the metadata; `noisy` and `velocity` of `clean` and `noise` at `noise_timesteps`.",
)
