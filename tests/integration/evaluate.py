#!/usr/bin/env python3
"""Classifiers are judged: a published table's numbers come out, on any number of ranks, and what cannot be judged is said to be so."""

import csv
import json
import math
import pathlib
import random
import re
import sys

from radforge_cli import Workplace, tree

RESULTS = (".csv", "evaluation.json")
TABLE = "data/nih-predictions/predictions.csv.gz"
SPLITS = "subgroups=[sex, age_group, view, sex + age_group, sex + view, age_group + view]"


def rows_of(folder, name="metrics.csv"):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def values_of(folder):
    return {(row["site"], row["label"], row["subgroup"], row["metric"], row["measure"]): row for row in rows_of(folder)}


def is_near(text, expected):
    return text == "" if expected is None else text != "" and math.isclose(float(text), expected, rel_tol=1e-9, abs_tol=1e-12)


def reproduces(place, source):
    """Every number of scikit-learn's golden values, and the fourteen that were published."""
    golden = json.loads((source / "tests/golden/evaluate/nih.json").read_text())
    findings = [label for label in golden["labels"] if label != "No_Finding"]
    (place.path / "nih.yaml").write_text(f"""task: classification
models: [{{name: zech, predictions: [{TABLE}]}}]
derive_no_finding: true
averages: [{{name: findings, labels: [{", ".join(findings)}]}}]
bootstrap: {{num_draws: 100}}
{SPLITS.replace("=", ": ")}
""")
    out, _ = place.run("evaluate", "nih.yaml", "--output", "nih")
    assert "Hernia" in out and "0.9175" in out, out
    found = values_of(place.path / "nih")
    compared = 0
    for label, expected in golden["labels"].items():
        for group, numbers in expected["groups"].items():
            for metric, value in numbers.items():
                if metric in ("positives", "negatives"):
                    continue
                measure = "standard_error" if metric == "standard_error" else "value"
                row = found["nih-predictions", label, group, "auroc" if metric == "standard_error" else metric, measure]
                assert is_near(row["value"], value) and (row["note"] != "") == (value is None), (label, group, metric, row, value)
                assert float(row["num_positives"]) == numbers["positives"]
                compared += 1
        for split, rates in expected["gaps"].items():
            for rate, gaps in rates.items():
                for measure in ("gap_max_min", "gap_p90_p10"):
                    row = found["nih-predictions", label, split, rate, measure]
                    assert is_near(row["value"], gaps and gaps[measure]), (label, split, rate, row, gaps)
                    assert row["note"], row
                    compared += 1
        assert is_near(found["nih-predictions", label, "all", "f1", "value"]["value"], expected["f1"])
    assert compared > 4000, compared
    published = dict(re.findall(r"^\| (\w+) \| (0\.\d{6}) \|$", (source / "data/nih-predictions/README.md").read_text(), re.M))
    assert len(published) == 14
    for label, value in published.items():
        row = found["nih-predictions", label, "all", "auroc", "value"]
        assert f"{float(row['value']):.6f}" == value, (label, row)
        assert float(row["low"]) < float(row["value"]) < float(row["high"])
    assert f"{float(found['nih-predictions', 'findings', 'all', 'auroc', 'value']['value']):.6f}" == "0.838267"
    thresholds = {row["label"]: row for row in rows_of(place.path / "nih", "thresholds.csv")}
    assert f"{float(thresholds['Atelectasis']['threshold']):.8f}" == "0.18655667" and "judged" in thresholds["Atelectasis"]["chosen_on"]


def table(path, num_rows=900, seed=1, **changes):
    """An invented table of two sites: two labels, patients with several images, ties, a label without positive images."""
    rng = random.Random(seed)
    rows = []
    for i in range(num_rows):
        row = {"image": f"{i}.png", "patient_id": f"{i // 3}", "site": "north" if i % 2 else "south", "split": ("test", "test", "validation")[i % 3],
               "sex": rng.choice("MF"), "age": str(rng.randrange(18, 90)), "race": rng.choice(["White", "Black", "", "Asian"]), "view": "PA"}
        for label, share in (("Edema", 0.3), ("Mass", 0.2), ("Hernia", 0)):
            truth = int(rng.random() < share)
            row[label] = rng.choice(["", str(truth), str(truth), str(truth)])
            row[f"prob_{label}"] = f"{min(1, max(0, rng.gauss(0.4 + 0.1 * truth, 0.2))):.2f}"
        rows.append(row)
    for change in changes.values():
        rows = change(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def two_models(place, **options):
    """As a configuration: a model, and one whose scores are nearer to the truth."""
    def better(rows):
        return [dict(row, prob_Edema=str(0.5 * float(row["prob_Edema"]) + (0.2 if row["Edema"] == "1" else 0.1))) for row in rows]

    table(place.path / "first.csv")
    table(place.path / "second.csv", better=better)
    settings = "".join(f"{key}: {value}\n" for key, value in options.items())
    (place.path / "two.yaml").write_text("task: classification\nmodels:\n  - {name: first, predictions: [first.csv]}\n"
                                         f"  - {{name: second, predictions: [second.csv]}}\n{settings}")


def is_judged_alike(place):
    for number, bootstrap in enumerate(("{num_draws: 50}", "{num_draws: 30, interval: bca, num_blocks: 20}", "{num_draws: 20, unit: image_by_class}")):
        two_models(place, bootstrap=bootstrap)
        ranks = (0, 2, 3, 4) if number == 0 else (0, 3)
        for size in ranks:
            place.run("evaluate", "two.yaml", "--output", f"alike-{number}-{size}", ranks=size)
        want = tree(place.path / f"alike-{number}-0", RESULTS)
        assert len(want) == 6
        for size in ranks[1:]:
            assert tree(place.path / f"alike-{number}-{size}", RESULTS) == want, size
    # The order of a table's rows is of no weight.
    two_models(place, bootstrap="{num_draws: 50}")
    for name in ("first.csv", "second.csv"):
        lines = (place.path / name).read_text().splitlines()
        (place.path / name).write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    place.run("evaluate", "two.yaml", "--output", "turned")
    assert tree(place.path / "turned", (".csv",)) == tree(place.path / "alike-0-0", (".csv",))
    _, log = place.run("evaluate", "two.yaml", "--output", "alike-0-0", expect=2)
    assert "other inputs" in log, log


def compares(place):
    two_models(place, bootstrap="{num_draws: 200}")
    _, log = place.run("evaluate", "two.yaml", "--output", "compared")
    assert "'race' is unknown" in log, log
    found = {(row["site"], row["label"], row["subgroup"], row["metric"], row["measure"]): row for row in rows_of(place.path / "compared", "comparisons.csv")}
    edema = found["north", "Edema", "all", "auroc", "value"]
    assert edema["model"] == "second" and edema["baseline"] == "first" and float(edema["low"]) > 0, edema
    assert float(edema["p_bootstrap"]) <= float(edema["p_bh"]) <= float(edema["p_holm"]) < 0.1 and float(edema["p_delong"]) < 0.01, edema
    mass = found["north", "Mass", "all", "auroc", "value"]
    assert float(mass["difference"]) == 0 and float(mass["p_delong"]) == 1 and float(mass["p_bootstrap"]) == 1, mass
    assert ("north", "Edema", "sex", "false_negative_rate", "gap_max_min") in found
    assert ("south", "macro", "all", "auroc", "value") in found
    hernia = values_of(place.path / "compared")["north", "Hernia", "all", "auroc", "value"]
    assert hernia["value"] == "" and hernia["note"] == "no positive image", hernia
    accuracy = values_of(place.path / "compared")["north", "Hernia", "all", "accuracy", "value"]
    assert accuracy["value"] == "" and "no threshold" in accuracy["note"], accuracy
    small = values_of(place.path / "compared")["north", "Mass", "sex + age_group", "false_negative_rate", "gap_max_min"]
    assert small["value"] == "" and "too small: sex=F age_group=18-39" in small["note"], small
    thresholds = rows_of(place.path / "compared", "thresholds.csv")
    assert {row["chosen_on"] for row in thresholds} == {"validation"}, thresholds
    # On other images nothing is compared, and that is said.
    table(place.path / "second.csv", fewer=lambda rows: rows[:-30])
    _, log = place.run("evaluate", "two.yaml", "--output", "other")
    assert "first are not compared on north" in log, log
    assert rows_of(place.path / "other", "comparisons.csv") == []


def judges_trained(place):
    """predictions.h5 of a trained classifier: its threshold is of validation, what is judged is of test."""
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
    place.run("train", "configs/test/classifier.yaml", "--output", "trained", "--set", "data.sources.0.dataset=prepared")
    out, _ = place.run("evaluate", "--predictions", "trained/pipeline/predictions.h5", "--set", "bootstrap.num_draws=20", "--output", "judged", ranks=2)
    assert "trained" in out and "hannover" in out, out
    assert rows_of(place.path / "judged", "thresholds.csv")[0]["chosen_on"] == "validation"


def asks_networks(place):
    """A trained classifier is shown other hospitals' images; on patients that it has learned from it is not judged."""
    (place.path / "asked.yaml").write_text("""task: classification
models: [{name: trained, network: trained}]
images: [{dataset: prepared, split: validation}, {dataset: prepared, split: test}]
bootstrap: {num_draws: 20}
""")
    for ranks in (0, 2, 3):
        place.run("evaluate", "asked.yaml", "--output", f"asked-{ranks}", ranks=ranks)
    want = tree(place.path / "asked-0", (".csv",))
    assert tree(place.path / "asked-2", (".csv",)) == want == tree(place.path / "asked-3", (".csv",))
    kept = (place.path / "asked-0/predictions/trained.h5").stat().st_mtime_ns
    (place.path / "asked-0/metrics.csv").unlink()
    place.run("evaluate", "asked.yaml", "--output", "asked-0")
    assert tree(place.path / "asked-0", (".csv",)) == want and (place.path / "asked-0/predictions/trained.h5").stat().st_mtime_ns == kept
    # The same images as its own predictions, so the same numbers.
    own, asked = (values_of(place.path / name) for name in ("judged", "asked-0"))
    key = ("hannover", "F", "all", "accuracy", "value")
    assert own[key] | {"model": ""} == asked[key] | {"model": ""}, (own[key], asked[key])
    leak = ["evaluate", "asked.yaml", "--set", "split=train", "--set", "images.1.split=train", "--output", "leak"]
    _, log = place.run(*leak, expect=3, ranks=2)
    assert "has learned from patients of prepared" in log and "allow_patient_overlap" in log, log
    place.run(*leak[:-1], "allowed", "--set", "allow_patient_overlap=[prepared]")
    _, log = place.run("evaluate", "asked.yaml", "--set", "images=[]", "--output", "none", expect=2)
    assert "go together" in log, log
    _, log = place.run("evaluate", "asked.yaml", "--set", "models.0.network=nowhere", "--output", "none", expect=3)
    assert "nowhere" in log, log


def bad_input(place):
    def refused(parts, code=3, *arguments, **changes):
        table(place.path / "bad.csv", 60, **changes)
        _, log = place.run("evaluate", "--predictions", "bad.csv", *arguments, "--output", "bad", expect=code)
        for part in parts:
            assert part in log, (part, log)
        assert not (place.path / "bad/evaluation.json").exists()

    def with_cell(number, **cells):
        return lambda rows: [dict(row, **cells) if i == number else row for i, row in enumerate(rows)]

    refused(["bad.csv:3", "prob_Edema is 'nan'", "a score is a number"], change=with_cell(1, prob_Edema="nan"))
    refused(["bad.csv:5", "prob_Edema is ''"], change=with_cell(3, prob_Edema=""))
    refused(["bad.csv:4", "prob_Mass is 1.5", "columns.scale"], change=with_cell(2, prob_Mass="1.5"))
    refused(["bad.csv:2", "bad label", "Mass"], change=with_cell(0, Mass="0.25"))
    refused(["bad.csv:3", "0.png is there twice"], change=with_cell(1, image="0.png", site="south"))
    refused(["bad.csv:2", "the age is 'old'"], change=with_cell(0, age="old"))
    refused(["bad.csv:2", "unknown sex code"], change=with_cell(0, sex="x"))
    refused(["no patient is known", "bootstrap.unit"], change=with_cell(0, patient_id=""))
    refused(["no column 'image'"], change=lambda rows: [{("picture" if key == "image" else key): value for key, value in row.items()} for row in rows])
    refused(["'prob_Edema' and none 'Edema'"], change=lambda rows: [{key: value for key, value in row.items() if key != "Edema"} for row in rows])
    # A header that is one column off: labels stand where scores should.
    refused(["bad.csv:2"], change=lambda rows: [dict(zip(row, [*list(row.values())[1:], "0"])) for row in rows])
    refused(["no column of scores", "columns.prefix"], 3, "--set", "models.0.columns.prefix=p_")
    refused(["no image of the site 'east'", "north, south"], 2, "--set", "sites=[east]")
    refused(["no model tells 'Edma'"], 2, "--set", "labels=[Edma]")
    refused(["no image is of the split 'train'"], 3, "--set", "split=train")
    _, log = place.run("evaluate", "--predictions", "none.csv", "--output", "bad", expect=4)
    assert "none.csv" in log, log
    place.run("evaluate", "--predictions", "bad.csv", "two.yaml", expect=2)
    place.run("prepare", "--predictions", "bad.csv", expect=2)
    _, log = place.run("evaluate", "--predictions", "bad.csv", "--predictions", "bad.csv", "--output", "bad", expect=2)
    assert "a name twice" in log, log
    # Constant scores have an AUROC, of which the reason is told; without patients images are drawn.
    table(place.path / "flat.csv", 120, change=lambda rows: [dict(row, prob_Edema="0.5", patient_id="") for row in rows])
    place.run("evaluate", "--predictions", "flat.csv", "--set", "bootstrap.unit=image",
              "--set", "bootstrap.num_draws=10", "--output", "flat")
    flat = values_of(place.path / "flat")["north", "Edema", "all", "auroc", "value"]
    assert flat["value"] == "0.5" and flat["note"] == "all scores are the same", flat


def main():
    source = pathlib.Path(sys.argv[2])
    with Workplace(*sys.argv[1:3]) as place:
        reproduces(place, source)
        is_judged_alike(place)
        compares(place)
        judges_trained(place)
        asks_networks(place)
        bad_input(place)


if __name__ == "__main__":
    main()
