#!/usr/bin/env python3
"""Data sets as image folders with a table, and as a page: what comes out is what is in the shards."""

import csv
import json
import re
import sys

from radforge_cli import Workplace

CHEXPERT = ["No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation", "Pneumonia",
            "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices"]


def sets(place):
    """A real one, and a generated one of which some rows are rejected."""
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
    data = "data.sources.0.dataset=prepared"
    place.run("train", "configs/test/autoencoder.yaml", "--output", "autoencoder", "--set", data)
    place.run("train", "configs/test/diffusion.yaml", "--output", "diffusion", "--set", data, "--set", "autoencoder=autoencoder/pipeline")
    place.run("train", "configs/test/classifier.yaml", "--output", "sex", "--set", data)
    text = (place.path / "configs/test/generate.yaml").read_text()
    (place.path / "generate.yaml").write_text(f"{text}quality: {{max_retries: 0, networks: [{{attribute: sex, network: sex}}]}}\n")
    place.run("generate", "generate.yaml", "--output", "generated", "--set", "pipeline=diffusion/pipeline", "--set",
              "sheet.real_dataset=prepared", "--set", "cohort.findings=[No_Finding, Effusion + Edema]", "--set", "prompt='{age} year old {sex}. {findings}.'")


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def pixel_digests(folder):
    dataset = json.loads((folder / "dataset.json").read_text())
    return [digest for shard in dataset["shards"] for digest in shard["pixel_digests"]]


def read_back(place, exported, split):
    """Prepared again from the exported files, in the table's order: the pixels' digests."""
    (place.path / "back.yaml").write_text(f"""task: images
sites:
  - name: back
    root: {exported}/{split}
    table: metadata.csv
    columns: [image=file_name, patient_id=id]
image: {{size: 32}}
""")
    place.run("prepare", "back.yaml", "--output", f"back-{exported}-{split}")
    return pixel_digests(place.path / f"back-{exported}-{split}")


def exports_images(place):
    for name in ("prepared", "generated"):
        out, _ = place.run("export", name, "--output", f"{name}-folder", "--set", "license=cc-by-4.0", ranks=2 if name == "generated" else 0)
        assert out == f"{name}-folder\n", out
        digests = pixel_digests(place.path / name)
        seen = set()
        for split in sorted(path.name for path in (place.path / f"{name}-folder").iterdir() if path.is_dir()):
            rows = table(place.path / f"{name}-folder" / split / "metadata.csv")
            assert read_back(place, f"{name}-folder", split) == [digests[int(row["id"])] for row in rows], (name, split)
            assert len(list((place.path / f"{name}-folder" / split).rglob("*.png"))) == len(rows)
            seen |= {int(row["id"]) for row in rows}
        dataset = json.loads((place.path / name / "dataset.json").read_text())
        assert len(seen) == dataset["counts"]["status"]["ok"], (len(seen), dataset["counts"]["status"])
        assert 'license: "cc-by-4.0"' in (place.path / f"{name}-folder/README.md").read_text()
    rows = table(place.path / "generated-folder/train/metadata.csv")
    assert all(row["sex_passed"] == "1" and 0.5 <= float(row["sex_score"]) <= 1 and row["attempt"] == "0" for row in rows), rows[0]
    assert 0 < len(rows) < 20, len(rows)
    _, log = place.run("export", "generated", "--output", "generated-folder", expect=3)
    assert "there already" in log, log


def exports_the_columns_of_roentgen_v2(place):
    place.run("export", "generated", "--output", "roentgen", "--set", "layout=roentgen-v2")
    rows = table(place.path / "roentgen/train/metadata.csv")
    assert list(rows[0]) == ["file_name", "image_id", "text", "gender", "age", "race", "view", "impression", *CHEXPERT], list(rows[0])
    for row in rows:
        assert row["gender"] in "MF" and int(row["age"]) >= 18 and row["text"].endswith(row["impression"]), row
        has_fluid = "effusion" in row["impression"].lower()
        assert row["Pleural Effusion"] == row["Edema"] == str(int(has_fluid)) and row["Fracture"] == "0", row
        assert row["No Finding"] == str(int(not has_fluid)), row


def shows_a_page(place):
    out, _ = place.run("inspect", "generated", "--sheet")
    assert "sex " in out and "images by attempt  0: " in out and "generated/sheet.html" in out, out
    page = (place.path / "generated/sheet.html").read_text()
    rejected = json.loads((place.path / "generated/dataset.json").read_text())["counts"]["status"]["rejected"]
    assert f"{rejected} rejected images" in page and len(re.findall(r"sex [MF] has 0\.\d\d", page)) == rejected, page[-500:]
    assert page.count("<td>M, 18-39") == 1 and '<th scope="col">real</th>' in page and page.count("<figure") <= 20 and "<script" not in page
    # The site of the tests gives no ages; here what stands beside has the same subgroups, since it is the same.
    place.run("inspect", "generated", "--sheet", "--set", "real_dataset=generated", "--set", "real_split=train")
    both = (place.path / "generated/sheet.html").read_text()
    assert both.count("<figure") - rejected == 2 * (page.count("<figure") - rejected), both.count("<figure")
    place.run("inspect", "prepared", "--sheet", "--set", "columns=2")
    assert '<th scope="col">real</th>' not in (place.path / "prepared/sheet.html").read_text()
    _, log = place.run("verify", "prepared", "--sheet", expect=2)
    assert "option of inspect" in log, log


with Workplace(sys.argv[1], sys.argv[2]) as place:
    sets(place)
    exports_images(place)
    exports_the_columns_of_roentgen_v2(place)
    shows_a_page(place)
