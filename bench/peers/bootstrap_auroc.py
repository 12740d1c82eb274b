"""AUROC of every finding in every group in draws of patients with replacement, by scikit-learn in a loop.

usage: bootstrap_auroc.py PREDICTIONS.csv.gz DRAWS SPLIT...

A SPLIT is "sex" or "sex + age_group". Prints seconds of the draws, and the values without drawing, as JSON.
"""

import json
import sys
import time

import numpy as np
import pandas
from sklearn.metrics import roc_auc_score

path, num_draws, splits = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
table = pandas.read_csv(path, dtype={"patient_id": str})
table["age_group"] = pandas.cut(table["age"], [0, 18, 40, 60, 80, 121], right=False, labels=["0-17", "18-39", "40-59", "60-79", "80+"]).astype(str)
patients = table["patient_id"].astype("category").cat.codes.to_numpy()
num_patients = patients.max() + 1
labels = {name[5:]: (table[name[5:]].to_numpy(), table[name].to_numpy()) for name in table.columns if name.startswith("prob_")}
groups = {"all": np.arange(len(table))}
for split in splits:
    names = split.split(" + ")
    for values, rows in table.groupby(names):
        values = values if isinstance(values, tuple) else (values,)
        groups[" ".join(f"{name}={value}" for name, value in zip(names, values))] = rows.index.to_numpy()


def aurocs(weights):
    """Rows that were not drawn are left out, which is faster than to weigh them by 0."""
    found = {}
    for group, rows in groups.items():
        drawn = rows[weights[rows] > 0]
        for label, (truth, scores) in labels.items():
            of = truth[drawn]
            if 0 < of.sum() < len(of):
                found[f"{label} {group}"] = roc_auc_score(of, scores[drawn], sample_weight=weights[drawn])
    return found


values = aurocs(np.ones(len(table)))
generator = np.random.default_rng(1)
begin = time.perf_counter()
for _ in range(num_draws):
    aurocs(np.bincount(generator.integers(0, num_patients, num_patients), minlength=num_patients)[patients])
print(json.dumps({"seconds": time.perf_counter() - begin, "draws": num_draws, "values": values}))
