"""Prompts a second of the CLIP tokenizer beside those of transformers and tokenizers."""

import pathlib
import random

from harness.alternate import alternate
from harness.result import Result, ratio
from harness.workspace import TOP, Workspace, require

from .sides import peaks, rates, with_peak

FOLDER = TOP / ".deps" / "clip" / "tokenizer"
NAMES = {"ours": "radforge", "transformers": "transformers' CLIPTokenizer", "tokenizers": "tokenizers' encode_batch_fast"}
FINDINGS = ("atelectasis", "cardiomegaly", "consolidation", "edema", "enlarged cardiomediastinum", "fracture", "lung lesion", "lung opacity",
            "pleural effusion", "pleural thickening", "pneumonia", "pneumothorax", "support devices", "hiatal hernia", "emphysema")
PHRASES = ("No acute cardiopulmonary process.", "ET tube terminates {size} cm above the carina;", "s/p CABG,", "sternotomy wires intact.",
           "Bibasilar opacities (L > R), may reflect {finding} vs. {finding}.", "Interval increase in {finding}, now {size} mm.",
           "Compared with {size}/2019:", "right-sided PICC's tip in the SVC.", "Stable \"coin\" nodule, {size}×{size} mm", "côté gauche — {finding}?",
           "degenerative changes of the thoracolumbar spine", "T{size}–L1 kyphosis, Cobb angle {size}°")


def prompt_of(source: random.Random) -> str:
    """As a cohort's prompts, with an impression in the words of a report."""
    finding = ", ".join(source.sample(FINDINGS, source.randint(0, 3))) or "No finding"
    phrases = (source.choice(PHRASES).format(size=source.randint(1, 999), finding=source.choice(FINDINGS)) for _ in range(source.randint(0, 6)))
    return f"{source.randint(0, 100)} year old {source.choice(('male', 'female'))}. {source.choice(('PA', 'AP'))} view. {finding}. {' '.join(phrases)}"


def run(workspace: Workspace) -> Result:
    source, folder = random.Random(1), workspace.folder("tokenizer")
    count = workspace.scaled(50_000)
    prompts = folder / "prompts.txt"
    prompts.write_text("".join(prompt_of(source).strip() + "\n" for _ in range(count)), encoding="utf-8")

    def ids(side: str) -> pathlib.Path:
        return folder / f"{side}.ids"

    def peer(name: str):
        return lambda _turn: with_peak(workspace.peer("tokenizer", name, FOLDER, prompts, ids(name)))

    found = alternate(workspace.rounds, {"ours": lambda _turn: with_peak(workspace.program("tokenizer", FOLDER, prompts, ids("ours"))),
                                         "transformers": peer("transformers"), "tokenizers": peer("tokenizers")}, warm_up=False)
    expected = ids("ours").read_bytes()
    check = require(len(expected) == 4 * 77 * count and all(ids(side).read_bytes() == expected for side in NAMES),
                    f"all {len(expected) // 4:,} ids are the same")
    of = rates(found, NAMES, "", "prompts/s", what="prompts")
    return Result(
        about="Prompts of a cohort with impressions of up to six phrases, encoded to 77 ids each by CLIP's vocabulary on one thread. Reading the "
              "vocabulary does not count.",
        parameters={"rounds": workspace.rounds, "prompts": count, "MB": round(prompts.stat().st_size / 1e6, 1)},
        series=[*of.values(), ratio("radforge / transformers", of["ours"], of["transformers"], at_least=3),
                ratio("radforge / tokenizers", of["ours"], of["tokenizers"]), *peaks(found, NAMES)],
        checks=[check], notes=["transformers 5 has no slow CLIPTokenizer any more: both of its names are the one over tokenizers"])
