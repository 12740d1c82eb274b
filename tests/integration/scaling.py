#!/usr/bin/env python3
"""Scaling laws of a sweep: an invented one whose law is known gives it back, a real one goes all the way, and what cannot be said is said to be so."""

import csv
import json
import math
import random
import sys

from radforge_cli import Workplace, tree

RESULTS = (".csv", "scaling.json")
TRUTH = {"E": 0.1, "A": 30.0, "alpha": 0.5, "B": 20.0, "beta": 0.4}
WIDTHS = (8, 12, 16, 24, 32)
STEPS = (100, 200, 400, 800, 1600)
CHECKED = "measures:\n  - {name: loss, trainings: train}\n"


def rows_of(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def law(model_size, data_size):
    return TRUTH["E"] + TRUTH["A"] * model_size ** -TRUTH["alpha"] + TRUTH["B"] * data_size ** -TRUTH["beta"]


def write_run(folder, config, lines=(), exit_code=0):
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(config)
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "run.json").write_text(json.dumps({"starts": [{"exit_code": exit_code}]}))


def training(width, steps):
    return (f"task: classifier\ndata: {{sources: [{{dataset: none}}]}}\nclassifier: {{num_classes: 2, num_blocks: [1, 1], width: {width}}}\n"
            f"train: {{steps: {steps}, batch_size: 10}}\n")


def parameters_of(width):
    """Of such a ResNet, counted by hand: a stem of 7 x 7 from one channel, two blocks of two 3 x 3, the second with twice the channels and a
    1 x 1 beside it, a norm of two numbers a channel behind each, and a head."""
    wide = 2 * width
    kernels = 49 * width + 2 * 9 * width ** 2 + 9 * width * wide + 9 * wide ** 2 + width * wide
    norms = 2 * (3 * width + 3 * wide)
    return kernels + norms + 2 * wide + 2


def multiply_adds_of(width):
    """Forward, for an image of 64 x 64, which is assumed where the data are not there: the stem halves it, a pooling and the second block again."""
    wide = 2 * width
    return 49 * width * 32 ** 2 + 2 * 9 * width ** 2 * 16 ** 2 + (9 * width * wide + 9 * wide ** 2 + width * wide) * 8 ** 2 + 2 * wide


def invent(place, name, noise=0.0, **changes):
    """A sweep's folder as `radforge sweep` leaves it, whose losses are on a law."""
    rng = random.Random(3)
    folder = place.path / name
    runs = []
    for width in WIDTHS:
        for steps in STEPS:
            values = {"width": str(width), "steps": str(steps)}
            run = f"{width}-{steps}"
            loss = law(parameters_of(width), 10 * steps) * (1 + noise * rng.gauss(0, 1))
            loss = changes.get("losses", {}).get(run, loss)
            lines = [{"step": 1, "loss": 9.0, "validation_loss": 8.0}, {"step": steps, "loss": 1.0, "validation_loss": loss}, {"step": steps, "loss": 1.0}]
            write_run(folder / f"train-{run}", training(width, steps), lines, changes.get("codes", {}).get(run, 0))
            runs.append({"name": f"train-{run}", "entry": "train", "task": "classifier", "values": values})
            if "judge" in changes:
                write_run(folder / f"judge-{run}", "task: classification\n")
                (folder / f"judge-{run}/metrics.csv").write_text(changes["judge"](width, steps))
                runs.append({"name": f"judge-{run}", "entry": "judge", "task": "classification", "values": values})
            if "quality" in changes:
                write_run(folder / f"quality-{run}", "task: image-quality\n")
                (folder / f"quality-{run}/image_quality.csv").write_text(changes["quality"](loss))
                runs.append({"name": f"quality-{run}", "entry": "quality", "task": "image-quality", "values": values})
    (folder / "sweep.json").write_text(json.dumps({"schema_version": 1, "axes": ["width", "steps"], "runs": runs}))


def config(place, name, measures=CHECKED, sweep="invented", more=""):
    (place.path / name).write_text(f"task: scaling\nsweep: {sweep}\n{measures}{more}")
    return name


def fits_of(folder):
    return {(row["measure"], row["law"], row["parameter"]): row for row in rows_of(folder, "fits.csv")}


def gives_the_law_back(place):
    invent(place, "invented")
    more = "budgets: [{gflop: 1000}]\nfit: {num_draws: 50}\n"
    out, _ = place.run("evaluate", config(place, "exact.yaml", more=more), "--output", "exact")
    assert "best use of" in out and "scaling.json" in out, out
    points = rows_of(place.path / "exact", "points.csv")
    assert len(points) == 25
    for point in points:
        width, steps = map(int, point["run"].split("-")[1:])
        assert float(point["model_size"]) == parameters_of(width) and float(point["data_size"]) == 10 * steps, point
        assert float(point["flop"]) == 2 * 3 * multiply_adds_of(width) * 10 * steps, (point, multiply_adds_of(width))
    assert [point["run"] for point in points if point["held_out"] == "1"] == ["train-32-1600"]
    fits = fits_of(place.path / "exact")
    for parameter, value in TRUTH.items():
        assert math.isclose(float(fits["loss", "joint", parameter]["value"]), value, rel_tol=0.01), (parameter, fits["loss", "joint", parameter])
    largest, most = parameters_of(32), 16000
    assert math.isclose(float(fits["loss", "data", "alpha"]["value"]), TRUTH["beta"], rel_tol=0.01)
    assert math.isclose(float(fits["loss", "data", "E"]["value"]), TRUTH["E"] + TRUTH["A"] * largest ** -TRUTH["alpha"], rel_tol=0.01)
    assert math.isclose(float(fits["loss", "model", "alpha"]["value"]), TRUTH["alpha"], rel_tol=0.01)
    assert float(fits["loss", "data", "N"]["value"]) == largest and float(fits["loss", "model", "D"]["value"]) == most
    for row in rows_of(place.path / "exact", "predictions.csv"):
        if row["law"] != "compute":
            assert row["run"] == "train-32-1600" and math.isclose(float(row["predicted"]), law(largest, most), rel_tol=1e-3), row
    # The best use of a budget, found by trying all.
    best = rows_of(place.path / "exact", "optimum.csv")[0]
    product = float(best["flop"]) / float(best["flop_per_parameter_and_sample"])
    tried = min((law(n, product / n), n) for n in (10 ** (2 + i / 1000) for i in range(6000)))
    assert float(best["flop"]) == 1e12 and math.isclose(float(best["model_size"]), tried[1], rel_tol=0.02), (best, tried)
    assert math.isclose(float(best["value"]), tried[0], rel_tol=0.005), (best, tried)
    curve = [row for row in rows_of(place.path / "exact", "curves.csv") if row["law"] == "joint" and row["model_size"] == str(parameters_of(16))]
    assert len(curve) == 48
    for row in curve:
        assert math.isclose(float(row["value"]), law(parameters_of(16), float(row["x"])), rel_tol=2e-3), row
    result = json.loads((place.path / "exact/scaling.json").read_text())
    assert result["schema_version"] == 1 and len(result["inputs"]) == 51 and result["config_digest"], result
    assert any("its data are not there" in note for note in result["notes"]), result["notes"]


def foretells(place):
    """With noise: intervals hold the truth and the run that was held out, on any number of ranks."""
    invent(place, "noisy", noise=0.01)
    name = config(place, "noisy.yaml", sweep="noisy", more="held_out: 2\nfit: {num_draws: 300}\n")
    for ranks in (0, 2):
        place.run("evaluate", name, "--output", f"noisy-{ranks}", ranks=ranks)
    want = tree(place.path / "noisy-0", RESULTS)
    assert len(want) == 6 and tree(place.path / "noisy-2", RESULTS) == want
    fits = fits_of(place.path / "noisy-0")
    for parameter in ("alpha", "beta"):
        row = fits["loss", "joint", parameter]
        assert float(row["low"]) < TRUTH[parameter] < float(row["high"]) and float(row["low"]) < float(row["value"]) < float(row["high"]), row
    predictions = [row for row in rows_of(place.path / "noisy-0", "predictions.csv") if row["law"] == "joint"]
    assert len(predictions) == 2
    for row in predictions:
        assert row["inside"] == ("yes" if float(row["low"]) <= float(row["measured"]) <= float(row["high"]) else "no"), row
    assert [row["inside"] for row in predictions] == ["yes", "yes"], predictions
    # The same command on the finished folder, and on one whose runs have changed.
    place.run("evaluate", name, "--output", "noisy-0", ranks=2)
    assert tree(place.path / "noisy-0", RESULTS) == want
    metrics = place.path / "noisy/train-8-100/metrics.jsonl"
    metrics.write_text(metrics.read_text() + '{"step":100,"validation_loss":3}\n')
    _, log = place.run("evaluate", name, "--output", "noisy-0", expect=2)
    assert "other inputs" in log, log


def reads_evaluations(place):
    """AUROC of metrics.csv and FID of image_quality.csv, of the evaluation with the training's values."""
    def judge(width, steps):
        head = "model,site,label,subgroup,metric,measure,value,low\n"
        value = 0.95 - 3 * (10 * steps) ** -0.5 - 1 / width
        return head + "".join(f"m,{site},{label},{group},auroc,value,{value if (site, label, group) == ('s', 'macro', 'all') else 0.1},\n"
                              for site in ("r", "s") for label in ("macro", "Edema") for group in ("all", "F"))

    def quality(loss):
        return f"subgroup,features,metric,value,num_real,num_synthetic\nall,pixels,fid,{100 * loss:.9g},9,9\nall,view,fid,7,9,9\nall,view,kid,7,9,9\nF,pixels,fid,8,9,9\n"

    invent(place, "judged", judge=judge, quality=quality)
    auroc = "{name: auroc, trainings: train, source: classification, entry: judge, key: auroc, site: s, trend: rising}"
    fid = "{name: fid, trainings: train, source: image-quality, entry: quality, key: fid, features: pixels}"
    place.run("evaluate", config(place, "judged.yaml", f"measures: [{auroc}, {fid}]\n", "judged", "fit: {num_draws: 20}\n"), "--output", "of-judged")
    fits = fits_of(place.path / "of-judged")
    assert ("auroc", "joint", "E") not in fits
    assert math.isclose(float(fits["auroc", "data", "E"]["value"]), 0.95 - 1 / 32, rel_tol=1e-3), fits["auroc", "data", "E"]
    assert math.isclose(float(fits["auroc", "data", "alpha"]["value"]), 0.5, rel_tol=0.01)
    assert math.isclose(float(fits["fid", "joint", "E"]["value"]), 100 * TRUTH["E"], rel_tol=0.01)
    for wrong, parts in ((auroc.replace(", site: s", ""), ["site: r, s"]), (fid.replace(", features: pixels", ""), ["features: pixels, view"]),
                         (auroc.replace("entry: judge", "entry: quality"), ["entry quality has the task image-quality"])):
        _, log = place.run("evaluate", config(place, "wrong.yaml", f"measures: [{wrong}]\n", "judged"), "--output", "wrong", expect=2)
        assert all(part in log for part in parts), log


def names_what_it_leaves_out(place):
    losses = {"8-100": None}
    invent(place, "partly", losses=losses, codes={"16-100": 6, "24-100": None})
    _, log = place.run("evaluate", config(place, "partly.yaml", sweep="partly", more="fit: {num_draws: 20}\n"), "--output", "of-partly")
    for part in ("train-8-100 is left out: its value is nan", "train-16-100 is left out: it is failed (6)",
                 "train-24-100 is left out: it is running or killed"):
        assert part in log, (part, log)
    assert len(rows_of(place.path / "of-partly", "points.csv")) == 22
    notes = json.loads((place.path / "of-partly/scaling.json").read_text())["notes"]
    assert sum("left out" in note for note in notes) == 3, notes
    # What was validated before the end is counted with what it had seen then; a line that a kill cut short is passed over.
    invent(place, "early")
    with (place.path / "early/train-8-1600/metrics.jsonl").open("w") as file:
        file.write('{"step":400,"validation_loss":0.5}\n{"step":1600,"loss":1}\n{"step":1600,"validation_lo')
    _, log = place.run("evaluate", config(place, "early.yaml", sweep="early", more="fit: {num_draws: 20}\n"), "--output", "of-early")
    assert "train-8-1600: measured at step 400 of 1600" in log, log
    early = {point["run"]: point for point in rows_of(place.path / "of-early", "points.csv")}
    assert early["train-8-1600"]["data_size"] == "4000" and early["train-8-1600"]["flop"] == early["train-8-400"]["flop"], early["train-8-1600"]
    # Three runs are fewer than parameters: nothing is said beyond them.
    few = {f"{width}-{steps}": 75 for width in WIDTHS for steps in STEPS if (width, steps) not in ((8, 100), (8, 200), (12, 100), (32, 1600))}
    invent(place, "few", codes=few)
    place.run("evaluate", config(place, "few.yaml", sweep="few", more="budgets: [{gflop: 10}]\n"), "--output", "of-few")
    fits = fits_of(place.path / "of-few")
    assert fits["loss", "joint", "E"]["note"].startswith("not fitted (3 points for 5 parameters)") and fits["loss", "joint", "E"]["value"] == "", fits
    assert not [row for row in rows_of(place.path / "of-few", "predictions.csv") if row["law"] == "joint"]
    assert "not fitted" in rows_of(place.path / "of-few", "optimum.csv")[0]["note"]


def bad_input(place):
    all_runs = {f"{width}-{steps}": 75 for width in WIDTHS for steps in STEPS}
    invent(place, "stopped", codes=all_runs)
    for changes, code, parts in (({"sweep": "nowhere"}, 3, ["nowhere has no sweep.json"]),
                                 ({"measures": "measures: [{name: loss, trainings: trian}]\n"}, 2, ["no entry 'trian'", "train"]),
                                 ({"measures": "measures: [{name: loss, trainings: train, key: valid_loss}]\n"}, 3, ["no run has it", "validation_loss"]),
                                 ({"measures": "measures: []\n"}, 2, ["measures is empty"]),
                                 ({"sweep": "stopped"}, 3, ["no run of train is finished", "stopped"])):
        for ranks in (0, 2):
            _, log = place.run("evaluate", config(place, "bad.yaml", **changes), "--output", "bad", ranks=ranks, expect=code)
            assert all(part in log for part in parts) and log.count(parts[0]) == 1, (parts, log)
    invent(place, "damaged")
    with (place.path / "damaged/train-8-100/metrics.jsonl").open("a") as file:
        file.write('{"step":1\n')
    _, log = place.run("evaluate", config(place, "bad.yaml", sweep="damaged"), "--output", "bad", expect=3)
    assert "train-8-100/metrics.jsonl:4 is no JSON object" in log, log
    (place.path / "stopped/sweep.json").write_text('{"schema_version": 1, "axes": [')
    _, log = place.run("evaluate", config(place, "bad.yaml", sweep="stopped"), "--output", "bad", expect=3)
    assert "is damaged" in log, log


def of_a_real_sweep(place):
    """Seconds: three sizes of the tests' classifier, three amounts of images, and what evaluates each."""
    place.run("prepare", "configs/test/prepare.yaml", "--output", "prepared")
    (place.path / "judge.yaml").write_text("task: classification\nmodels: [{name: m, predictions: [none]}]\nsubgroups: []\n"
                                           "bootstrap: {num_draws: 0, unit: image, num_permutations: 0}\n")
    (place.path / "sweep.yaml").write_text("""task: sweep
axes:
  - {name: width, values: [{name: 4}, {name: 8}]}
  - {name: steps, values: [{name: 3}, {name: 6}, {name: 12}]}
runs:
  - name: train
    config: configs/test/classifier.yaml
    set: [data.sources.0.dataset=prepared, "predict=[test]", "classifier.width={width}", "train.steps={steps}"]
  - name: judge
    config: judge.yaml
    after: train
    set: ["models.0.predictions=[{after}/pipeline/predictions.h5]"]
""")
    _, log = place.run("sweep", "sweep.yaml", "--output", "real", ranks=2)
    told = {}
    for line in log.splitlines():
        if " parameters, " in line:
            told[line.split("[")[1].split("]")[0]] = int(line.split("] ")[1].split()[0])
    assert len(told) == 6, log
    measures = ("measures:\n  - {name: loss, trainings: train}\n"
                "  - {name: auroc, trainings: train, source: classification, entry: judge, key: auroc, trend: rising}\n")
    place.run("evaluate", config(place, "of-real.yaml", measures, "real", "fit: {num_draws: 50}\n"), "--output", "of-real")
    points = rows_of(place.path / "of-real", "points.csv")
    assert len(points) == 12
    for point in points:
        assert int(float(point["model_size"])) == told[point["run"]], (point, told)
        assert float(point["data_size"]) == 12 * int(point["run"].split("-")[2])
    lines = [json.loads(line) for line in (place.path / "real/train-8-12/metrics.jsonl").read_text().splitlines()]
    last = [line["validation_loss"] for line in lines if "validation_loss" in line][-1]
    assert [float(point["value"]) for point in points if point["measure"] == "loss" and point["run"] == "train-8-12"] == [last]
    judged = {(row["label"], row["metric"], row["measure"], row["subgroup"]): row["value"] for row in rows_of(place.path / "real/judge-8-12", "metrics.csv")}
    assert judged["macro", "auroc", "value", "all"] in [point["value"] for point in points if point["measure"] == "auroc" and point["run"] == "train-8-12"]
    assert len(tree(place.path / "of-real", RESULTS)) == 6


def is_reported(place):
    """The page has the fits as the files have them, and a plot of every law."""
    place.run("report", "exact", "-o", "page.html")
    tables = {table["name"]: table for table in json.loads((place.path / "page-tables.json").read_text())["tables"]}
    with (place.path / "exact/fits.csv").open(newline="") as file:
        assert [tables["fits-exact"]["columns"], *tables["fits-exact"]["rows"]] == list(csv.reader(file))
    laws = {(row["measure"], row["law"], row["variable"]) for row in rows_of(place.path / "exact", "curves.csv")}
    assert laws and all("-".join(("law", "exact", *law)) in tables for law in laws), (laws, list(tables))
    assert (place.path / "page.html").read_text().count("<img") == len(laws)


def main():
    with Workplace(*sys.argv[1:3]) as place:
        gives_the_law_back(place)
        is_reported(place)
        foretells(place)
        reads_evaluations(place)
        names_what_it_leaves_out(place)
        bad_input(place)
        of_a_real_sweep(place)


if __name__ == "__main__":
    main()
