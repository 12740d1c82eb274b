#!/usr/bin/env python3
"""Golden values for the label policies: a table of invented labels under CheXpert's names, and what two projects make of it.

Usage: python3 tools/golden/data_labels.py

Needs Python alone. Writes into tests/golden/data/labels, with -1 for unknown:
  table.csv            1.0 present, 0.0 absent, -1.0 uncertain, nothing: not mentioned
  torchxrayvision.csv  as CheX_Dataset of https://github.com/mlmed/torchxrayvision does: where No Finding is 1 all labels but Support Devices
                       become 0; then uncertain ones become unknown, like those not mentioned
  compdiff.csv         as https://github.com/mahmoudibrahim98/CompDiff does: what is not 1 becomes 0; then No Finding is 1 if no other is 1
"""

import csv
import pathlib
import random

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "data" / "labels"
LABELS = ["No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation", "Pneumonia",
          "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices"]
STATES = ["1.0", "0.0", "-1.0", ""]


def rows():
    """Every label in every state with every state of No Finding; rows without a present label; and a random lot."""
    others = LABELS[1:]
    for no_finding in STATES:
        for shift in range(4):
            yield [no_finding] + [STATES[(shift + i) % 4] for i in range(len(others))]
        for state in STATES[1:]:
            yield [no_finding] + [state] * len(others)
            for device in STATES:
                yield [no_finding] + [state] * (len(others) - 1) + [device]
    generator = random.Random(4)
    for _ in range(40):
        yield generator.choices(STATES, weights=[1, 3, 1, 8], k=len(LABELS))


def torchxrayvision(row):
    values = dict(zip(LABELS, row))
    if values["No Finding"] == "1.0":
        for label in LABELS[1:]:
            if label != "Support Devices":
                values[label] = "0.0"
    return [{"1.0": 1, "0.0": 0, "-1.0": -1, "": -1}[values[label]] for label in LABELS[1:]]


def compdiff(row):
    positive = [int(value == "1.0") for value in row]
    return [int(sum(positive[1:]) == 0)] + positive[1:]


def write(name, header, lines):
    with open(OUT / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    table = list(rows())
    write("table.csv", LABELS, table)
    write("torchxrayvision.csv", LABELS[1:], map(torchxrayvision, table))
    write("compdiff.csv", LABELS, map(compdiff, table))


main()
