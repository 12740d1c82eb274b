"""Golden values of diffusers' schedulers with an analytic denoiser: what each of 20 steps gives the denoiser, and the sample.

Samples are float64 where a scheduler lets them be; its coefficients stay in float32, as diffusers has them. Noise is the project's
keyed noise (docs/reproducibility.md), put in the place of the schedulers' own. A variant's name holds all its settings."""

import pathlib
import sys

import diffusers
import numpy as np
import torch
from diffusers import schedulers
from safetensors.torch import save_file

import diffusion_objective
import keyed_random
from models_common import begin, sort_metadata

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "diffusion"
NUM_STEPS = 20
SHAPE = (2, 4, 4, 4)
SEED, IDS, ATTEMPT = 873, (5, 2**33 + 7), 1
STABLE_DIFFUSION = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
}
CLASSES = {
    "ddpm": (schedulers.DDPMScheduler, {"clip_sample": False}),
    "ddim": (schedulers.DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False}),
    "pndm": (schedulers.PNDMScheduler, {"skip_prk_steps": True, "set_alpha_to_one": False}),
    "euler": (schedulers.EulerDiscreteScheduler, {}),
    "euler_ancestral": (schedulers.EulerAncestralDiscreteScheduler, {}),
    "heun": (schedulers.HeunDiscreteScheduler, {}),
    "dpm_solver_2m": (schedulers.DPMSolverMultistepScheduler, {}),
    "dpm_solver_sde_2m": (schedulers.DPMSolverMultistepScheduler, {"algorithm_type": "sde-dpmsolver++"}),
    "unipc": (schedulers.UniPCMultistepScheduler, {}),
}
OPTIONS = {
    "karras": {"use_karras_sigmas": True},
    "zero_snr": {"rescale_betas_zero_snr": True},
    "linear": {"beta_schedule": "linear"},
    "cosine": {"beta_schedule": "squaredcos_cap_v2"},
    "to_one": {"set_alpha_to_one": True},
    "eta": {},
}
EVERY_SPACING = ["leading", "linspace", "trailing"]
# Of each sampler: what follows its name and the prediction type.
VARIANTS = {
    "ddpm": [*EVERY_SPACING, "trailing.zero_snr"],
    "ddim": [
        *EVERY_SPACING,
        "leading.to_one",
        "leading.eta",
        "trailing.zero_snr",
        "trailing.zero_snr.eta",
        "leading.linear",
        "leading.cosine",
    ],
    "pndm": [*EVERY_SPACING, "leading.to_one"],
    "euler": [*EVERY_SPACING, "leading.karras", "linspace.karras", "trailing.zero_snr"],
    "euler_ancestral": [*EVERY_SPACING, "trailing.zero_snr"],
    "heun": [*EVERY_SPACING, "leading.karras", "linspace.karras"],
    "dpm_solver_2m": [*EVERY_SPACING, "linspace.karras", "trailing.zero_snr", "linspace.cosine"],
    "dpm_solver_sde_2m": [*EVERY_SPACING, "linspace.karras", "trailing.zero_snr"],
    "unipc": [*EVERY_SPACING, "linspace.karras", "trailing.zero_snr"],
}
# Not Heun: its last correction divides by the smallest sigma, where the scheduler's own float32 a_t move the sample by 6e-5.
PREDICTS_SAMPLE = {
    "ddim": "leading",
    "ddpm": "leading",
    "euler": "linspace",
    "dpm_solver_2m": "linspace",
    "unipc": "linspace",
}


def denoise(sample, timestep):
    return torch.sin(sample) * (0.5 + timestep / 1000)


def noise_of(step):
    count = int(np.prod(SHAPE[1:]))
    rows = [keyed_random.normals(SEED, keyed_random.SAMPLER, identity, ATTEMPT * 4096 + step, count) for identity in IDS]
    return torch.from_numpy(np.stack(rows)).reshape(SHAPE)


def scheduler_of(name, prediction_type, settings):
    kind, own = CLASSES[name]
    spacing, *options = settings.split(".")
    config = STABLE_DIFFUSION | own | {"prediction_type": prediction_type, "timestep_spacing": spacing}
    for option in options:
        config |= OPTIONS[option]
    return kind(**config)


def trajectory(name, scheduler, settings, start):
    """The denoiser's inputs, and the sample last."""
    scheduler.set_timesteps(NUM_STEPS)
    sample = start * scheduler.init_noise_sigma
    inputs = []
    options = {"eta": 0.5} if settings.endswith("eta") else {}
    for step, timestep in enumerate(scheduler.timesteps):
        module = sys.modules[type(scheduler).__module__]
        module.randn_tensor = lambda shape, dtype=None, now=step, **_: noise_of(now).to(dtype or torch.float64)
        seen = scheduler.scale_model_input(sample, timestep)
        inputs.append(seen)
        sample = scheduler.step(denoise(seen, float(timestep)), timestep, sample, **options).prev_sample
    return torch.stack([*inputs, sample])


def store(tensors):
    path = FOLDER / "golden.safetensors"
    FOLDER.mkdir(parents=True, exist_ok=True)
    stored = {}
    for key, value in tensors.items():
        stored[key] = (value.float() if value.is_floating_point() else value).contiguous().clone()
    metadata = {"denoiser": "sin(x) * (0.5 + t / 1000)", "num_steps": NUM_STEPS, "eta": 0.5}
    metadata |= {"seed": SEED, "ids": IDS, "attempt": ATTEMPT}
    save_file(stored, path, {key: str(value) for key, value in metadata.items()})
    sort_metadata(path)


def forward_process():
    """Noisy samples and velocities, and a_t of each schedule, in float32."""
    scheduler = schedulers.DDIMScheduler(**STABLE_DIFFUSION)
    clean, noise = torch.randn(4, 4, 4, 4), torch.randn(4, 4, 4, 4)
    timesteps = torch.tensor([0, 17, 500, 999])
    tensors = {
        "clean": clean,
        "noise": noise,
        "noise_timesteps": timesteps,
        "noisy": scheduler.add_noise(clean, noise, timesteps),
        "velocity": scheduler.get_velocity(clean, noise, timesteps),
    }
    for name in ("scaled_linear", "linear", "squaredcos_cap_v2"):
        for ending, rescale in (("", False), (".zero_snr", True)):
            config = STABLE_DIFFUSION | {"beta_schedule": name, "rescale_betas_zero_snr": rescale}
            tensors[f"alphas_cumprod.{name}{ending}"] = schedulers.DDIMScheduler(**config).alphas_cumprod
    return tensors


def samplers():
    start = torch.randn(SHAPE, dtype=torch.float32)
    tensors = {"start": start}
    for name, variants in VARIANTS.items():
        runs = [(kind, settings) for settings in variants for kind in ("epsilon", "v_prediction")]
        runs += [("sample", PREDICTS_SAMPLE[name])] if name in PREDICTS_SAMPLE else []
        for prediction_type, settings in runs:
            if "zero_snr" in settings and prediction_type == "epsilon":
                continue  # divides by zero
            scheduler = scheduler_of(name, prediction_type, settings)
            key = f"{name}.{prediction_type}.{settings}"
            tensors[key] = trajectory(name, scheduler, settings, start.double())
            tensors[f"{key}/timesteps"] = scheduler.timesteps
    pndm = scheduler_of("pndm", "epsilon", "leading")
    pndm.set_timesteps(75)
    return tensors | {"pndm_75/timesteps": pndm.timesteps}


def folders():
    """scheduler/scheduler_config.json as diffusers writes it, of each class."""
    for name in CLASSES:
        scheduler_of(name, "v_prediction", "linspace").save_config(FOLDER / name / "scheduler")


if __name__ == "__main__":
    begin(15)
    tensors = forward_process() | samplers() | diffusion_objective.tensors(STABLE_DIFFUSION)
    store(tensors)
    folders()
    (FOLDER / "README.md").write_text(f"""# Golden values of the diffusion module

Made by `.deps/peers/bin/python tools/golden/diffusion_samplers.py` with torch {torch.__version__}, diffusers {diffusers.__version__}.

- `<sampler>.<prediction type>.<spacing>[.<options>]`: what diffusers' scheduler gives the denoiser in each of {NUM_STEPS} steps, and the sample
  last; float64 where the scheduler lets samples be, stored as float32. `/timesteps`: where. The denoiser and the noise's keys are in the
  metadata.
- `alphas_cumprod.*`, `noisy`, `velocity`: the forward process. `snr*`, `weights.*`, `rescaled.*`: the objective and the guidance, by
  `diffusion_objective.py`.
- `<sampler>/scheduler/scheduler_config.json`: as diffusers writes it.
""")
