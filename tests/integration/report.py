#!/usr/bin/env python3
"""A report is one page that needs nothing else, says what the files of results say, and outlives a damaged one of them."""

import base64
import csv
import html.parser
import io
import json
import random
import re
import shutil
import sys

from radforge_cli import Workplace

VOID = {"meta", "link", "img", "br"}


class Page(html.parser.HTMLParser):
    """Tags that are closed, ids that are there once, every table as its CSV, and what a browser would fetch."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.targets, self.fetched, self.csv, self.tags, self.words = [], set(), set(), [], {}, [], ""
        self.images = 0
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in values:
            assert values["id"] not in self.ids, values["id"]
            self.ids.add(values["id"])
        if tag == "img":
            assert values["alt"], values
            self.images += 1
        for name in ("src", "href"):
            target = values.get(name, "")
            if target.startswith("#"):
                self.targets.add(target[1:])
            elif target and not target.startswith("data:"):
                self.fetched.append(target)
        if "download" in values:
            assert values["download"] not in self.csv, values["download"]
            text = base64.b64decode(values["href"].split(",", 1)[1]).decode()
            self.csv[values["download"]] = list(csv.reader(io.StringIO(text)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words += data


def page_of(place, name="report.html"):
    page = Page((place.path / name).read_text())
    assert page.fetched == [] and "script" not in page.tags, page.fetched
    assert page.targets <= page.ids, page.targets - page.ids
    return page


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def make_results(place):
    place.run("prepare", "configs/test/prepare.yaml", "--output", "runs/prepared", ranks=2)
    for seed in (1, 2):
        place.run("train", "configs/test/classifier.yaml", "--output", f"runs/sweep/trained-{seed}", "--set", "data.sources.0.dataset=runs/prepared",
                  "--set", f"seed={seed}", "--set", "predict=[test, validation]")
    rng = random.Random(3)
    with (place.path / "table.csv").open("w") as file:
        file.write("image,patient_id,site,sex,age,Edema,prob_Edema,<script>alert(1)</script>,prob_<script>alert(1)</script>\n")
        for i in range(300):
            truth, other = int(rng.random() < 0.4), int(rng.random() < 0.5)
            scores = [min(1, max(0, rng.gauss(0.4 + 0.2 * value, 0.2))) for value in (truth, other)]
            file.write(f"{i}.png,{i // 2},{'north' if i % 3 else 'south'},{rng.choice('MF')},{rng.randrange(18, 90)},{truth},{scores[0]:.3f},{other},{scores[1]:.3f}\n")
    place.run("evaluate", "--predictions", "table.csv", "--set", "bootstrap.num_draws=40", "--set", "subgroups=[sex, sex + age_group]",
              "--output", "runs/judged")


def says_what_files_say(place):
    out, log = place.run("report", "runs", "-o", "report.html", ranks=2)
    assert out.splitlines()[-1] == "report.html" and "4 folders of results" in log, (out, log)
    page = page_of(place)
    assert (place.path / "report.html").stat().st_size < 3_000_000
    for words in ("What was run", "Data sets", "Training", "Classifiers", "Fairness", "<script>alert(1)</script>", "validation_loss"):
        assert words in page.words, words
    assert page.images >= 10, page.images
    areas = page.csv["areas-runs-judged.csv"]
    metrics = {(row["site"], row["label"]): row for row in rows_of(place.path / "runs/judged/metrics.csv")
               if row["metric"] == "auroc" and row["measure"] == "value" and row["subgroup"] == "all"}
    assert len(areas) - 1 == len(metrics) == 8, areas # two labels and their two averages at two sites
    for label, site, _, area, *_ in areas[1:]:
        row = metrics[site, label]
        assert area == f"{row['value']} ({row['low']} to {row['high']})", (area, row)
        assert f"{float(row['value']):.3f}" in page.words, row
    heat = page.csv["fairness-runs-judged-north-sex-auroc-.csv"]
    group = next(row for row in rows_of(place.path / "runs/judged/metrics.csv")
                 if (row["site"], row["label"], row["subgroup"], row["metric"], row["measure"]) == ("north", "Edema", "sex=F", "auroc", "value"))
    assert heat[0][1:3] == ["sex=F", "sex=M"] and heat[1][1] == group["value"], (heat, group)
    assert f"({group['num_images']})" in page.words
    # The tables beside the page are those in it.
    tables = json.loads((place.path / "report-tables.json").read_text())["tables"]
    assert len(tables) == len(page.csv), (len(tables), len(page.csv))
    by_name = {re.sub("[/ ,]", "-", table["name"]) + ".csv": table for table in tables}
    assert by_name["areas-runs-judged.csv"]["rows"] == areas[1:]
    # The same folders, the same page.
    first = (place.path / "report.html").read_bytes()
    place.run("report", "runs/", "-o", "report.html")
    assert (place.path / "report.html").read_bytes() == first


def is_side_by_side(place):
    place.run("report", "runs/sweep/trained-1", "runs/sweep/trained-2", "--output", "two.html")
    page = page_of(place, "two.html")
    assert "Side by side" in page.words and page.csv["changes-trained-1.csv"][1] == ["seed", "1", "2"], page.csv["changes-trained-1.csv"]
    numbers = {row[0]: row for row in page.csv["side-by-side-trained-1.csv"]}
    last = [json.loads((place.path / f"runs/sweep/trained-{seed}/metrics.jsonl").read_text().splitlines()[-1]) for seed in (1, 2)]
    found = [float(value) for value in numbers["validation_loss"][1:]]
    assert found[:2] == [line["validation_loss"] for line in last] and abs(found[2] - (found[1] - found[0])) < 1e-12, (found, last)
    # Folders of one name are told apart by what they lie in.
    for name in ("a", "b"):
        shutil.copytree(place.path / f"runs/sweep/trained-{1 if name == 'a' else 2}", place.path / name / "run")
    place.run("report", "a/run/", "b/run", "--output", "same.html")
    assert page_of(place, "same.html").csv["changes-a-run.csv"][0] == ["key", "a/run", "b/run"]
    # Without a name the page lies in the folder.
    place.run("report", "runs/judged")
    assert (place.path / "runs/judged/report.html").exists() and "Side by side" not in page_of(place, "runs/judged/report.html").words


def outlives_damage(place):
    metrics = place.path / "runs/judged/metrics.csv"
    whole = metrics.read_text()
    metrics.write_text(whole[: len(whole) // 2])
    _, log = place.run("report", "runs", "-o", "damaged.html")
    assert "runs/judged could not be shown whole" in log and "metrics.csv" in log, log
    page = page_of(place, "damaged.html")
    assert "could not be shown whole" in page.words and "Data sets" in page.words
    metrics.write_text(whole)
    with (place.path / "runs/sweep/trained-1/metrics.jsonl").open("a") as file:
        file.write('{"step": 99, "lo') # as a killed run leaves it
    _, log = place.run("report", "runs", "-o", "cut.html")
    assert "could not" not in log, log
    # What is damaged before anything can be shown of it, and what only looks like results.
    (place.path / "runs/broken").mkdir()
    (place.path / "runs/broken/config.yaml").write_text("task: [")
    (place.path / "runs/odd").mkdir()
    (place.path / "runs/odd/config.yaml").write_text("task: classifier\n")
    (place.path / "runs/odd/run.json").write_text('{"starts": [{"num_ranks": "two"}]}')
    (place.path / "runs/foreign/inner").mkdir(parents=True)
    (place.path / "runs/foreign/config.yaml").write_text("learning_rate: 3\n")
    (place.path / "runs/foreign/inner/config.yaml").write_text("task: diffusion\n")
    _, log = place.run("report", "runs", "-o", "broken.html")
    assert "runs/broken could not be shown" in log and "runs/odd could not be shown" in log, log
    page = page_of(place, "broken.html")
    assert "runs/broken could not" in page.words and "runs/foreign/inner" in page.words and "Fairness" in page.words
    for name in ("broken", "odd", "foreign"):
        shutil.rmtree(place.path / "runs" / name)
    _, log = place.run("report", "runs", "-o", "runs/judged/evaluation.json", expect=2)
    assert "is no page" in log, log
    before = (place.path / "runs/judged/evaluation.json").read_bytes()
    place.run("report", "runs", "-o", "runs/judged/evaluation.html")
    assert (place.path / "runs/judged/evaluation.json").read_bytes() == before
    (place.path / "empty").mkdir()
    for folder, words in (("empty", "no results are in empty"), ("none", "none is no folder"), ("table.csv", "is no folder")):
        _, log = place.run("report", "runs", folder, "-o", "none.html", expect=3)
        assert words in log and not (place.path / "none.html").exists(), log
    _, log = place.run("report", expect=2)
    assert "report needs FOLDER" in log, log


def works_without_gnuplot(place):
    _, log = place.run("report", "runs/judged", "-o", "plain.html", environment={"PATH": str(place.path)})
    assert "gnuplot is not installed" in log, log
    page = page_of(place, "plain.html")
    assert page.images == 0 and "areas-runs-judged.csv" not in page.csv and "areas-judged.csv" in page.csv


def main():
    with Workplace(*sys.argv[1:3]) as place:
        make_results(place)
        says_what_files_say(place)
        is_side_by_side(place)
        outlives_damage(place)
        works_without_gnuplot(place)


if __name__ == "__main__":
    main()
