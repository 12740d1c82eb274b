"""10,000 prompts: reports in many variants, the scripts of the world, emoji, marks, controls, special tokens, code points one by one, and
long texts by a rule. Each is a list of (text, count): the texts repeated and joined."""

import itertools
import random
import unicodedata

from tokenizer_texts import FINDINGS, SPECIAL, SUBJECTS, VIEWS

NUM_PROMPTS = 10_000
RACES = ["White", "Black or African American", "Asian", "Hispanic/Latino", "American Indian", "unknown"]
PLACES = ["right upper lobe", "left lower lobe", "RML", "LLL", "both bases", "the lingula", "the mediastinum", "the right hilum", "the left CP angle"]
SIGNS = ["opacity", "consolidation", "atelectasis", "effusion", "pneumothorax", "nodule", "mass", "scarring", "infiltrate", "edema", "cavitation",
         "bronchiectasis", "emphysema", "fibrosis", "cardiomegaly", "vascular congestion", "pleural thickening", "calcification", "hernia"]
DEGREES = ["no", "minimal", "mild", "moderate", "severe", "trace", "small", "large", "stable", "new", "improved", "worsening", "questionable", "subtle"]
DEVICES = ["ET tube", "NG tube", "PICC", "Port-A-Cath", "ICD leads", "sternotomy wires", "Swan-Ganz catheter", "chest tube", "tracheostomy"]
FORMS = [
    "{age} year old {sex}. {view} view. {findings}.", "{sex}, {age}, {race}: {findings}", "IMPRESSION:\n1. {a}.\n2. {b}; {c}!", "FINDINGS: {a}, {b}. No {c}.",
    "{view} chest X-ray of a {age}-year-old {race} {sex} with {a} and {b}", "Compared to ___/{age}: {a}; there's {b}, it isn't {c}?",
    "{device} tip {age}.{n} cm above carina, {a} ({n}%)", "pt. {age}y/o {sex} s/p CABG x{n} w/ {device}; r/o {a} -> {b} & {c}", "\"{a}\" vs. '{b}' [{c}] #{n}",
    "{a}/{b}/{c} +/- {n}mm, T{n} vertebra @ {age} kVp, ~{n}.{age} x 10^{n} mL", "We've seen {a}, they'll see {b}, I'm sure he'd see {c}; you're {age}'s",
]
SCRIPTS = [(0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x250, 0x2AF), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x587), (0x5D0, 0x5EA), (0x600, 0x6FF), (0x710, 0x74A),
           (0x780, 0x7B1), (0x900, 0x97F), (0x980, 0x9FE), (0xA01, 0xA76), (0xA81, 0xAF1), (0xB01, 0xB77), (0xB82, 0xBFA), (0xC00, 0xC7F), (0xC80, 0xCF2), (0xD02, 0xD7F),
           (0xD82, 0xDF4), (0xE01, 0xE5B), (0xE81, 0xEDF), (0xF00, 0xFDA), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137C), (0x13A0, 0x13FD),
           (0x1401, 0x167F), (0x16A0, 0x16F8), (0x1780, 0x17F9), (0x1820, 0x1878), (0x1E00, 0x1FFE), (0x2010, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x218B),
           (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF), (0x2C00, 0x2C5E), (0x2D30, 0x2D67), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x3105, 0x312F), (0x3131, 0x318E),
           (0x3200, 0x33FF), (0x4E00, 0x9FA5), (0xA000, 0xA48C), (0xA640, 0xA69F), (0xAC00, 0xD7A3), (0xF900, 0xFAD9), (0xFB00, 0xFDFD), (0xFE70, 0xFEFC), (0xFF01, 0xFFEE),
           (0x10330, 0x1034A), (0x10400, 0x1044F), (0x12000, 0x12399), (0x13000, 0x1342E), (0x1D400, 0x1D7FF), (0x20000, 0x2A6D6)]
FACES = ["😀", "🫁", "🫀", "🩻", "🧬", "☢", "❤", "👍", "👩", "👨", "🧑", "🏥", "💉", "🦴", "🧠", "🏳", "🏴", "✋", "👶", "👵"]
TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"]
JOINED = ["\u200d⚕\ufe0f", "\u200d🔬", "\u200d👧\u200d👦", "\u200d🌈", "\ufe0f", "\ufe0e", "\u20e3", "\ufe0f\u20e3", ""]
FLAGS = ["🇩🇪", "🇫🇷", "🇺🇸", "🇮🇳", "🇯🇵", "🇧🇷", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"]
BIDI = ["\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u061c"]
RTL = ["صدر المريض طبيعي", "لا يوجد انصباب", "צילום חזה תקין", "ללא תפליט", "قفسه سینه", "סקירה", "ܣܘܪܝܝܐ", "ދިވެހި", "١٢٫٥ سم", "مُحَمَّد", "שָׁלוֹם"]
TAGS = ["<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "<|EndOfText|>", "<|endoftext|", "|endoftext|>", "<|endoftext |>", "</w>", "<w>", "!", "!!"]
SPACES = ["\t", "\n", "\r\n", "\v", "\f", "\x85", "\xa0", "\u1680", "\u2002", "\u2009", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "  ", "\u200b", "\u180e", "\ufeff"]


def is_alike(code: int) -> bool:
    """Assigned in Python's Unicode 14, which the tables of both implementations contain; of combining marks and what composes with them
    only those of Unicode 3.2, since the tokenizers' normalisation stands at Unicode 9."""
    character = chr(code)
    if unicodedata.category(character) in ("Cn", "Cs", "Co"):
        return False
    return not (unicodedata.combining(character) or unicodedata.decomposition(character)) or unicodedata.ucd_3_2_0.category(character) != "Cn"


def report(choose: random.Random) -> str:
    signs = [f"{choose.choice(DEGREES)} {choose.choice(SIGNS)} in {choose.choice(PLACES)}" if choose.random() < 0.6 else choose.choice(FINDINGS) for _ in range(3)]
    text = choose.choice(FORMS).format(
        age=choose.randint(18, 99), sex=choose.choice(["male", "female", "M", "F", "man", "woman"]), view=choose.choice(VIEWS), race=choose.choice(RACES), a=signs[0],
        b=signs[1], c=signs[2], findings=", ".join(signs[: choose.randint(1, 3)]), device=choose.choice(DEVICES), n=choose.randint(0, 12))
    kind = choose.randrange(10)
    if kind == 0:
        return text.upper()
    if kind == 1:
        return text.title()
    if kind == 2:  # a slip of the keyboard
        at = choose.randrange(len(text))
        return text[:at] + choose.choice(["", text[at] * 2, choose.choice("aeioustnr ,.!'-")]) + text[at + 1 :]
    if kind == 3:
        return text.replace(" ", choose.choice(["  ", "\n", "\t", "_", "-", ""]))
    return text


def word(choose: random.Random, low: int, high: int) -> str:
    codes = [code for code in (choose.randint(low, high) for _ in range(choose.randint(1, 7))) if is_alike(code)]
    return "".join(map(chr, codes))


def mixture(choose: random.Random, *kinds: list[str], most: int = 8) -> str:
    return "".join(choose.choice(choose.choice(kinds)) for _ in range(choose.randint(1, most)))


def short_prompts() -> list[str]:
    choose = random.Random(10)
    marks = [chr(code) for code in range(0x300, 0x1E000) if unicodedata.ucd_3_2_0.combining(chr(code)) and unicodedata.ucd_3_2_0.category(chr(code)) != "Cn"]
    bases = list("aeiounscAEIOUNSC13!") + ["ä", "Ǆ", "が", "ก", "क", "ש", "ا", "한", "\u1100\u1161", "\u0131", "İ", "Σ", "ẞ"]
    controls = [chr(code) for code in [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0xFFFD, 0xFFF9, 0x10FFFF, 0xE000, 0x2060]]
    words = ["lung", "Heart", "X-ray", "it's", "12.5", " ", "a", "the"]
    texts = list(SPECIAL)
    texts += [" ".join(word(choose, *choose.choice(SCRIPTS)) for _ in range(choose.randint(1, 4))) for _ in range(1300)]
    texts += [f"{choose.choice(words)} " * choose.randint(0, 1) + "".join(choose.choice(FACES) + choose.choice(TONES) + choose.choice(JOINED) for _ in range(choose.randint(1, 3)))
              + choose.choice(["", *FLAGS]) for _ in range(600)]
    texts += [mixture(choose, RTL, BIDI, words, [" "]) for _ in range(400)]
    texts += [mixture(choose, marks, bases, marks) for _ in range(900)]
    texts += [mixture(choose, controls, words) for _ in range(400)]
    texts += [mixture(choose, TAGS, words, [" "]) for _ in range(600)]
    texts += [mixture(choose, ["!", "!!", "?", "!?", "1!", "a!", " ! ", "！"], words, [" "]) for _ in range(400)]
    texts += [mixture(choose, SPACES, words) for _ in range(300)]
    texts += [mixture(choose, list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), ["'s", "'LL", "'t", "0x1F", "1e-5", "http://x.org/a?b=c", "a@b.de"], words) for _ in range(400)]
    codes = [code for code in range(0x21, 0x20000) if is_alike(code) and not (0x3400 <= code < 0xA000 or 0xAC00 <= code < 0xD7A4 or 0x17000 <= code < 0x18D09)]
    texts += ["a".join(map(chr, codes[at : at + 48])) for at in range(0, len(codes), 48)]
    return texts


def long_prompts() -> list[list[tuple[str, int]]]:
    million = [[("pleural effusion, ", 55_555)], [("a", 1_000_000)], [("!", 1_000_000)], [("肺炎", 166_666)], [("👩🏽‍⚕️ x-ray! ", 43_478)],
               [("<|endoftext|> lung ", 52_631)], [(" ", 999_999), ("end", 1)], [("ab1 'S\u0301", 111_111)]]
    edges = [[(unit, count)] for unit, count in itertools.product(("lung ", "12", "!", "🫁", "effusion. "), (36, 37, 38, 73, 74, 75, 76, 77, 150))]
    return million + edges


def all_prompts() -> list[list[tuple[str, int]]]:
    choose = random.Random(11)
    prompts = [[(text, 1)] for text in short_prompts()] + long_prompts()
    return prompts + [[(report(choose), 1)] for _ in range(NUM_PROMPTS - len(prompts))]
