"""What the peers' programs share: where they compute and in which form.

DEVICE is "cpu" or "cuda"; FORM "eager" or "compile" (torch.compile of the models, in its default mode); MEMORY "contiguous" or
"channels_last"; ATTENTION "bmm" or "sdpa".
"""

import time

import torch
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0

EMA_DECAY = 0.999
torch.backends.cudnn.benchmark = True


def warm_up_steps(device: str) -> int:
    """As bench/support/device.cpp has it, so that the losses of both sides are of the same steps."""
    return 6 if device == "cuda" else 2


def now(device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def peak_bytes(device: str) -> int:
    return torch.cuda.max_memory_allocated() if device == "cuda" else 0


def in_form(model, form: str):
    return torch.compile(model) if form == "compile" else model


def arranged(model, attention: str, memory: str):
    if hasattr(model, "set_attn_processor"):
        model.set_attn_processor(AttnProcessor() if attention == "bmm" else AttnProcessor2_0())
    return model.to(memory_format=torch.channels_last) if memory == "channels_last" else model


def train(compute_loss, parameters, steps: int, device: str, has_average: bool = True) -> dict:
    """Steps of fused AdamW with clipping and, if wanted, an average of the weights; compute_loss() gives a step's loss."""
    average = [parameter.detach().clone() for parameter in parameters] if has_average else []
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, fused=True)
    losses, norms = [], []
    for step in range(warm_up_steps(device) + steps):
        if step == warm_up_steps(device):
            begin = now(device)
        optimizer.zero_grad(set_to_none=True)
        loss = compute_loss()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        if has_average:
            with torch.no_grad():
                torch._foreach_lerp_(average, parameters, 1 - min(EMA_DECAY, (2 + step) / (11 + step)))
        losses.append(loss.item())
        norms.append(norm.item())
    return {"seconds": now(device) - begin, "losses": losses, "gradient_norms": norms, "device_peak_bytes": peak_bytes(device)}
