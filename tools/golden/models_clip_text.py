"""Golden values of a small CLIPTextModel of transformers."""

import torch
import transformers
from transformers import CLIPTextConfig, CLIPTextModel

from models_common import FOLDER, begin, describe, spread_weights, weights_and_gradients, write

begin(14)
config = CLIPTextConfig(
    vocab_size=100,
    hidden_size=24,
    intermediate_size=48,
    projection_dim=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=12,
    hidden_act="gelu",
    bos_token_id=98,
    eos_token_id=99,
    pad_token_id=0,
)
model = CLIPTextModel(config)
model.eval()
with torch.no_grad():
    for parameter in model.parameters():
        if parameter.ndim == 2:
            parameter.normal_(0.0, 0.3)
spread_weights(model)
ids = torch.randint(1, 98, (2, 12))
ids[:, 0] = 98
ids[0, 7] = 99
ids[0, 8:] = 0
ids[1, 11] = 99

model.double()
hidden = model(ids).last_hidden_state
hidden_weight = torch.randn(2, 12, 24)
(hidden * hidden_weight.double()).mean().backward()

# Files keep the prefix "text_model." that the module itself has in some versions of transformers only.
names = {name: name if name.startswith("text_model.") else "text_model." + name for name, _ in model.named_parameters()}
tensors = weights_and_gradients(model, names)
tensors |= {"ids": ids, "last_hidden_state": hidden, "hidden_weight": hidden_weight}
write("clip_text", tensors, {"loss": "mean(last_hidden_state * hidden_weight)"})
model.config.save_pretrained(FOLDER / "clip_text")
describe("clip_text", "models_clip_text.py", [torch, transformers], "CLIPTextModel with exact GELU; `last_hidden_state` is after the final norm.")
