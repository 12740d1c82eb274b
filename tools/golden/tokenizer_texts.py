"""Texts of the tokenizer's golden values: invented reports, and what breaks tokenizers."""

import itertools
import random

FINDINGS = [
    "small left pleural effusion", "no pleural effusion", "bibasilar atelectasis", "mild cardiomegaly", "right upper lobe consolidation",
    "no focal consolidation", "interstitial pulmonary edema", "tiny right apical pneumothorax", "lungs are clear", "normal heart size",
    "hyperinflated lungs with flattened diaphragms", "endotracheal tube 4.2 cm above the carina", "left-sided PICC line in the SVC",
    "calcified granuloma in the lingula", "healed fracture of the 7th rib", "tortuous aorta", "hilar adenopathy", "Kerley B lines",
]
SUBJECTS = ["a man", "a woman", "a 67-year-old female", "a 5 year old boy", "an 81 y/o male", "a Black woman", "an Asian man"]
VIEWS = ["PA", "AP", "lateral", "portable AP"]

SPECIAL = [
    "", " ", "\t\n ", "a", "A", "!", "!!", "!!!!!!!!", "hello!", "hello !", "! hello ! world!?!", "?!", "...", "a.b,c;d", "it's", "It'S", "they'll've",
    "don't can't won't", "'s", "''s", "'sunny 'tis 'real 'very 'mad 'llama 'dog", "we're I'm he'd you've", "patient`s", "patient’s lung",
    "10.5cm", "123456", "3rd", "x2", "½ ² ³ Ⅷ ①", "٣٤٥ १२३", "a_b__c", "--view=PA", "#1 @home $5 50% a&b a*b (c) [d] {e} <f> /g\\ |h| ~i ^j =k +l",
    "<|startoftext|>", "<|endoftext|>", "a<|endoftext|>b", "a <|startoftext|> b <|endoftext|>", "<|STARTOFTEXT|> lung", "<|EndOfText|>", "x<|ENDOFTEXT|>!!y",
    "!<|ENDOFTEXT|>", "<|ENDOFTEXT|>'s", "<|endoftext", "|endoftext|>", "<|startoftext|><|startoftext|>", "<|endoftext|>!", "</w>", "a</w>b", "#version: 0.2",
    "café", "cafe\u0301", "CAFÉ", "Ångström \u212b A\u030a", "ﬁne ﬂow", "naïve Zoë", "Straße STRASSE ẞ", "İstanbul ISTANBUL ıi", "ΟΔΥΣΣΕΥΣ Σ", "ǅ ǈ",
    "жёлтый ЖЁЛТЫЙ", "e\u0327\u0301 a\u0323\u0302", "\u1100\u1161\u11a8 각", "q\u0307\u0323", "\u0344 \u0958 \u2126", "胸部X線写真", "正常な心臓です。", "폐렴 소견 없음",
    "شعاعی قفسه سینه", "صدر المريض طبيعي ١٢", "צילום חזה תקין", "\u200fשלום\u200e abc", "छाती का एक्स-रे", "ภาพรังสีทรวงอก", "X quang ngực bình thường",
    "😀", "lung 🫁 heart 🫀", "👩🏽‍⚕️ x-ray", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "❤️❤", "☢ ☠ ♥ → ± ≥ ≤ µm μm °C 5×4", "𝔘𝔫𝔦 𝒻𝓸𝓃𝓉", "𐐀𐐨", "\U0001f9ec\U000e0067",
    "a\u00a0b\u2003c\u3000d\u2028e\u0085f", "zero\u200bwidth", "soft\u00adhyphen", "bom\ufeff", "nul\x00byte", "bell\x07\x1b\x1c\x1f\x7f", "\u180e\u2060", "\ufffd", "\U0010ffff",
    "a" * 200, "pneumonia" * 40, "effusion " * 100, "!" * 120, "1" * 100, "肺" * 90, "zzxxqqvvkkjj", "supercalifragilisticexpialidocious",
]


def training_texts():
    choose = random.Random(5)
    return [
        f"Chest X-ray of {choose.choice(SUBJECTS)}, {choose.choice(VIEWS)} view: {', '.join(choose.sample(FINDINGS, choose.randint(1, 4)))}."
        for _ in range(150)
    ]


def golden_texts():
    choose = random.Random(6)
    reports = [
        f"{view} radiograph. {finding.capitalize()}; {choose.choice(FINDINGS)}!"
        for finding, view in itertools.product(FINDINGS, VIEWS)
    ]
    mixed = ["".join(choose.choice(SPECIAL[:40] + FINDINGS)[:20] for _ in range(choose.randint(1, 5))) for _ in range(60)]
    # Random code points, all assigned in Unicode 12, so that every library here knows them alike.
    ranges = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x377), (0x391, 0x3A1), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x621, 0x64A), (0x1E00, 0x1EFF), (0x2010, 0x2060)]
    noise = ["".join(chr(choose.randint(*choose.choice(ranges))) for _ in range(24)) for _ in range(60)]
    return training_texts()[:80] + reports + SPECIAL + mixed + noise
