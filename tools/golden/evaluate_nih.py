"""Golden values of an evaluation of data/nih-predictions by scikit-learn and NumPy: tests/golden/evaluate/nih.json.

Of each finding, and of No_Finding scored as 1 - the highest of the findings' probabilities: metrics at the threshold of the highest F1 on
all rows, over all images and by sex, age group, view and the crossings of two; DeLong's standard error; gaps between groups.
"""

import itertools
import json
import pathlib

import numpy as np
import pandas
import sklearn
import sklearn.metrics as sk
from scipy.stats import rankdata

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "tests" / "golden" / "evaluate"
ATTRIBUTES = ("sex", "age_group", "view")
LEAST = 20
BINS = 10


def delong_error(truth, scores):
    """Sun and Xu 2014."""
    positives, negatives = scores[truth == 1], scores[truth == 0]
    ranks = rankdata(np.concatenate([positives, negatives]))
    of_positives = (ranks[:len(positives)] - rankdata(positives)) / len(negatives)
    of_negatives = 1 - (ranks[len(positives):] - rankdata(negatives)) / len(positives)
    return np.sqrt(np.var(of_positives, ddof=1) / len(positives) + np.var(of_negatives, ddof=1) / len(negatives))


def metrics(truth, scores, threshold):
    called = scores >= threshold
    positives, negatives = int(truth.sum()), int((1 - truth).sum())
    both = positives > 0 and negatives > 0
    index = np.minimum((scores * BINS).astype(int), BINS - 1)
    return {"positives": positives, "negatives": negatives,
            "auroc": sk.roc_auc_score(truth, scores) if both else None,
            "standard_error": delong_error(truth, scores) if positives > 1 and negatives > 1 else None,
            "average_precision": sk.average_precision_score(truth, scores) if positives else None,
            "brier": float(np.mean((scores - truth) ** 2)),
            "calibration_error": sum(abs((scores - truth)[index == b].sum()) for b in range(BINS)) / len(truth),
            "accuracy": sk.accuracy_score(truth, called),
            "false_positive_rate": float(called[truth == 0].mean()) if negatives else None,
            "false_negative_rate": float(1 - called[truth == 1].mean()) if positives else None,
            "selection_rate": float(called.mean())}


def gaps(rates):
    return {"gap_max_min": max(rates) - min(rates), "gap_p90_p10": float(np.quantile(rates, 0.9) - np.quantile(rates, 0.1))} if len(rates) > 1 else None


table = pandas.read_csv(TOP / "data" / "nih-predictions" / "predictions.csv.gz", dtype={"patient_id": str})
table["age_group"] = pandas.cut(table["age"], [0, 18, 40, 60, 80, 121], right=False, labels=["0-17", "18-39", "40-59", "60-79", "80+"]).astype(str)
findings = [name[5:] for name in table.columns if name.startswith("prob_")]
table["prob_No_Finding"] = 1 - table[[f"prob_{name}" for name in findings]].max(axis=1)
splits = [*ATTRIBUTES, *(" + ".join(pair) for pair in itertools.combinations(ATTRIBUTES, 2))]
result = {}
for label in [*findings, "No_Finding"]:
    truth, scores = table[label].to_numpy(), table[f"prob_{label}"].to_numpy()
    precision, recall, thresholds = sk.precision_recall_curve(truth, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    threshold = thresholds[np.argmax(f1[:-1])]
    groups, found_gaps = {"all": metrics(truth, scores, threshold)}, {}
    for split in splits:
        names = split.split(" + ")
        for values, rows in table.groupby(names):
            values = values if isinstance(values, tuple) else (values,)
            name = " ".join(f"{attribute}={value}" for attribute, value in zip(names, values))
            groups[name] = metrics(truth[rows.index], scores[rows.index], threshold)
        of_split = [one for name, one in groups.items() if name != "all" and [part.split("=")[0] for part in name.split()] == names]
        found_gaps[split] = {
            "false_positive_rate": gaps([one["false_positive_rate"] for one in of_split if one["negatives"] >= LEAST]),
            "false_negative_rate": gaps([one["false_negative_rate"] for one in of_split if one["positives"] >= LEAST])}
    result[label] = {"threshold": threshold, "f1": f1[:-1].max(), "groups": groups, "gaps": found_gaps}
FOLDER.mkdir(parents=True, exist_ok=True)
content = {"made_by": f"tools/golden/evaluate_nih.py, scikit-learn {sklearn.__version__}", "labels": result,
           "macro_auroc": float(np.mean([result[name]["groups"]["all"]["auroc"] for name in findings]))}
(FOLDER / "nih.json").write_text(json.dumps(content) + "\n", encoding="utf-8")
