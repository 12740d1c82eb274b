"""AUROC, error rates and selection rate of a finding in every subgroup of a table, and their gaps, by fairlearn and scikit-learn.

usage: fairness.py PREDICTIONS.csv.gz NUMBER SPLIT...

NUMBER is that of the finding, from 0, in the order of the columns; beyond the last one it begins anew. A SPLIT is "sex" or "sex + age_group". Called positive is what reaches the threshold of the highest F1. Gaps are of groups with enough images,
as radforge takes them. Prints seconds from the table in memory to the values, and the values, as JSON.
"""

import json
import math
import sys
import time
import warnings

import numpy
import pandas
from fairlearn.metrics import MetricFrame, count, false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import precision_recall_curve, roc_auc_score

OF_RATE, OF_AUROC = 20, 10  # images that are enough; for AUROC of either class
path, number, splits = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
warnings.filterwarnings("ignore")  # of groups with one class, whose rates are undefined


def auroc(truth, scores) -> float:
    return roc_auc_score(truth, scores) if 0 < truth.sum() < len(truth) else math.nan


def highest_f1(truth, scores) -> float:
    precision, recall, thresholds = precision_recall_curve(truth, scores)
    return thresholds[numpy.argmax((2 * precision * recall / numpy.maximum(precision + recall, 1e-300))[:-1])]


table = pandas.read_csv(path, dtype={"patient_id": str})
table["age_group"] = pandas.cut(table["age"], [0, 18, 40, 60, 80, 121], right=False, labels=["0-17", "18-39", "40-59", "60-79", "80+"]).astype(str)
begin = time.perf_counter()
labels = [name[5:] for name in table.columns if name.startswith("prob_")]
label = labels[number % len(labels)]
truth, scores = table[label], table[f"prob_{label}"]
called = scores >= highest_f1(truth, scores)
values = {}
for split in splits:
    names = split.split(" + ")
    groups = MetricFrame(metrics={"auroc": auroc}, y_true=truth, y_pred=scores, sensitive_features=table[names]).by_group
    rates = MetricFrame(metrics={"false_positive_rate": false_positive_rate, "false_negative_rate": false_negative_rate,
                                 "selection_rate": selection_rate, "count": count, "positives": lambda of, _: of.sum()},
                        y_true=truth, y_pred=called, sensitive_features=table[names]).by_group
    positives, negatives = rates["positives"], rates["count"] - rates["positives"]
    enough = {"auroc": (positives >= OF_AUROC) & (negatives >= OF_AUROC), "false_positive_rate": negatives >= OF_RATE,
              "false_negative_rate": positives >= OF_RATE, "selection_rate": rates["count"] >= OF_RATE}
    known = {"auroc": (positives > 0) & (negatives > 0), "false_positive_rate": negatives > 0, "false_negative_rate": positives > 0,
             "selection_rate": rates["count"] > 0}
    for metric, large in enough.items():
        found = groups["auroc"] if metric == "auroc" else rates[metric]
        for group, value in found[known[metric]].items():
            group = group if isinstance(group, tuple) else (group,)
            values[f"{label} {' '.join(f'{name}={one}' for name, one in zip(names, group))} {metric}"] = float(value)
        if large.sum() > 1:
            values[f"{label} {split} {metric} gap"] = float(found[large].max() - found[large].min())
print(json.dumps({"seconds": time.perf_counter() - begin, "values": values}))
