"""Golden ids of transformers' fast CLIPTokenizer, with a small vocabulary trained here and with CLIP's own.

The training is an independent statement of what train_clip_tokenizer does: the most frequent adjacent pair first, ties by text. CLIP's
own vocabulary lies in .deps/clip/tokenizer (tools/setup).
"""

import collections
import gzip
import json
import pathlib
import tempfile

import tokenizers
import transformers
from transformers import CLIPTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

from models_common import FOLDER, describe
from tokenizer_prompts import all_prompts
from tokenizer_texts import golden_texts, training_texts

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FULL = SOURCE / ".deps" / "clip" / "tokenizer"
GOLDEN = FOLDER / "tokenizer"
NUM_MERGES = 400
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
# The three ways in which folders name special tokens: what train_clip_tokenizer writes; Stable Diffusion 2's folder, where the map's
# "!" beats the padding of the configuration; a folder saved by transformers 4.34 or newer.
FLAGS = {"lstrip": False, "rstrip": False, "single_word": False}
LEGACY = {"__type": "AddedToken", "normalized": True, **FLAGS}
STYLES = {
    "plain": (
        {"bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": END},
        {"tokenizer_class": "CLIPTokenizer", "model_max_length": 16, "do_lower_case": True,
         "bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": END},
    ),
    "sd2": (
        {"bos_token": {"content": BEGIN, "normalized": True, **FLAGS}, "eos_token": {"content": END, "normalized": True, **FLAGS},
         "unk_token": {"content": END, "normalized": True, **FLAGS}, "pad_token": "!"},
        {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "do_lower_case": True, "bos_token": {"content": BEGIN, **LEGACY},
         "eos_token": {"content": END, **LEGACY}, "unk_token": {"content": END, **LEGACY}, "pad_token": END},
    ),
    "added": (
        {"bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": END},
        {"tokenizer_class": "CLIPTokenizer", "model_max_length": 20, "do_lower_case": True,
         "added_tokens_decoder": {"0": {"content": "!", "normalized": False, "special": True, **FLAGS},
                                  "{begin}": {"content": BEGIN, "normalized": True, "special": True, **FLAGS},
                                  "{end}": {"content": END, "normalized": False, "special": True, **FLAGS}},
         "bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": "!"},
    ),
}


def vocabulary_of(merges):
    symbols = list(bytes_to_unicode().values())
    tokens = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(merge) for merge in merges] + [BEGIN, END]
    return {token: index for index, token in enumerate(dict.fromkeys(tokens))}


def train(texts):
    """Counts again from nothing for each merge: slow and plain."""
    pieces = CLIPTokenizerFast(vocab=vocabulary_of([]), merges=[]).backend_tokenizer
    words = collections.Counter()
    for text in texts:
        for word, _ in pieces.pre_tokenizer.pre_tokenize_str(pieces.normalizer.normalize_str(text)):
            words[(*word[:-1], word[-1] + "</w>")] += 1
    merges = []
    while len(merges) < NUM_MERGES:
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if best not in merges:
            merges.append(best)
        words = collections.Counter({apply(word, best): count for word, count in words.items()})
    return merges


def apply(word, pair):
    merged, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return tuple(merged)


def write_vocabulary(folder, merges):
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = json.dumps(vocabulary_of(merges), ensure_ascii=False, separators=(",", ":"))
    (folder / "vocab.json").write_text(vocabulary + "\n")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges))


def write_style(folder, style, vocab_size):
    folder.mkdir(parents=True, exist_ok=True)
    special_tokens_map, config = STYLES[style]
    text = json.dumps(config, indent=2).replace("{begin}", str(vocab_size - 2)).replace("{end}", str(vocab_size - 1))
    (folder / "special_tokens_map.json").write_text(json.dumps(special_tokens_map, indent=2) + "\n")
    (folder / "tokenizer_config.json").write_text(text + "\n")


def special_ids(tokenizer):
    return {"begin": tokenizer.bos_token_id, "end": tokenizer.eos_token_id, "pad": tokenizer.pad_token_id, "vocab": len(tokenizer)}


def compact(value):
    return json.dumps(value, separators=(",", ":")) + "\n"


def write_ids(name, merges, style, texts):
    """One JSON object a line: the text, its tokens, and for some texts the padded sequence."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        write_vocabulary(folder, merges)
        write_style(folder, style, len(vocabulary_of(merges)))
        tokenizer = CLIPTokenizerFast.from_pretrained(folder)
        if style == "sd2":
            tokenizer.save_pretrained(GOLDEN / "saved")
        lines = [json.dumps(special_ids(tokenizer)) + "\n"]
        for index, text in enumerate(texts):
            row = {"text": text, "tokens": tokenizer(text, add_special_tokens=False)["input_ids"]}
            if index % 6 == 0:
                row["encoded"] = tokenizer(text, padding="max_length", truncation=True)["input_ids"]
            lines.append(compact(row))
    (GOLDEN / f"{name}.jsonl").write_text("".join(lines))


def write_prompts():
    """As write_ids, with CLIP's vocabulary and the padded sequence of every prompt; a prompt is a list of texts to be repeated."""
    tokenizer = CLIPTokenizerFast.from_pretrained(FULL)
    lines = [compact(special_ids(tokenizer))]
    for parts in all_prompts():
        text = "".join(part * count for part, count in parts)
        lines.append(compact({"parts": parts, "tokens": tokenizer(text, add_special_tokens=False)["input_ids"],
                              "encoded": tokenizer(text, padding="max_length", truncation=True)["input_ids"]}))
    (GOLDEN / "prompts_sd2.jsonl.gz").write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))


texts = golden_texts()
merges = train(training_texts())
GOLDEN.mkdir(parents=True, exist_ok=True)
(GOLDEN / "training_texts.txt").write_text("\n".join(training_texts()) + "\n")
write_vocabulary(GOLDEN / "small", merges)
for style in STYLES:
    write_style(GOLDEN / style, style, len(vocabulary_of(merges)))
    write_ids(f"small_{style}", merges, style, texts)
write_prompts()
describe(
    "tokenizer",
    "tokenizer_clip.py",
    [transformers, tokenizers],
    "ids of the fast CLIPTokenizer: `small_*` with the vocabulary in `small/` (trained by the script on `training_texts.txt`), `prompts_sd2` "
    "of 10,000 prompts with CLIP's own; `plain/`, `sd2/` and `added/` are three ways of naming special tokens, `saved/` is sd2's as transformers saves it. First line: special ids; then "
    "a text a line.",
)
