"""Encodes the lines of a file as bench_tokenizer does, and prints and writes the same.

usage: tokenizer.py transformers|tokenizers FOLDER PROMPTS IDS

"transformers" is CLIPTokenizer on all lines at once, to an array of numpy; "tokenizers" the tokenizer in Rust below it, to its own objects,
whose ids are read after the clock has stopped. Both on one thread.
"""

import json
import os
import sys
import time

os.environ |= {"TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}

import numpy
from transformers import CLIPTokenizer

mode, folder, prompts, out = sys.argv[1:]
with open(prompts, encoding="utf-8") as file:
    lines = file.read().splitlines()
tokenizer = CLIPTokenizer.from_pretrained(folder)
if mode == "transformers":
    begin = time.perf_counter()
    ids = tokenizer(lines, padding="max_length", truncation=True, return_tensors="np").input_ids
    seconds = time.perf_counter() - begin
else:
    backend = tokenizer.backend_tokenizer
    backend.enable_truncation(tokenizer.model_max_length)
    backend.enable_padding(length=tokenizer.model_max_length, pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    begin = time.perf_counter()
    encoded = backend.encode_batch_fast(lines)
    seconds = time.perf_counter() - begin
    ids = numpy.array([encoding.ids for encoding in encoded])
ids.astype("<i4").tofile(out)
print(json.dumps({"prompts": len(lines), "seconds": seconds}))
