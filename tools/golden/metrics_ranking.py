"""Golden values of ranking and calibration metrics by scikit-learn: tests/golden/metrics/ranking.json.

Cases of all sizes, with ties of every extent, rare classes, perfect and inverted order, and scores that differ in the last bit.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve, roc_auc_score

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics"
BINS = (10, 15)


def calibration_error(scores, positive, bins):
    """In NumPy: scikit-learn has the curve alone."""
    index = np.minimum((scores * bins).astype(int), bins - 1)
    return sum(np.mean(index == b) * abs(scores[index == b].mean() - positive[index == b].mean()) for b in np.unique(index))


def best_f1(scores, positive):
    precision, recall, thresholds = precision_recall_curve(positive, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    best = np.flatnonzero(f1[:-1] >= f1[:-1].max() - 1e-12)[0]
    return thresholds[best], f1[best]


def cases():
    generator = np.random.default_rng(5)
    for count in (2, 3, 10, 57, 400):
        for prevalence in (0.02, 0.3, 0.8):
            for levels in (1, 2, 7, 1000, None):
                positive = (generator.random(count) < prevalence).astype(int)
                positive[:2] = 0, 1
                scores = np.clip(0.35 + 0.2 * positive + 0.2 * generator.standard_normal(count), 0, 1)
                yield (scores if levels is None else np.round(scores * levels) / levels), positive
    positive = np.array([0] * 20 + [1] * 5)
    yield np.linspace(0, 1, 25), positive
    yield np.linspace(1, 0, 25), positive
    yield 0.5 + np.spacing(0.5) * np.arange(25) * (np.arange(25) % 3), positive


result = []
for scores, positive in cases():
    threshold, f1 = best_f1(scores, positive)
    result.append({"scores": scores.tolist(), "positive": positive.tolist(), "auroc": roc_auc_score(positive, scores),
                   "average_precision": average_precision_score(positive, scores), "f1": f1, "threshold": threshold,
                   "brier": brier_score_loss(positive, scores),
                   "calibration_error": {str(bins): calibration_error(scores, positive, bins) for bins in BINS}})
FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "ranking.json").write_text(json.dumps({"made_by": f"tools/golden/metrics_ranking.py, scikit-learn {sklearn.__version__}",
                                                 "cases": result}) + "\n", encoding="utf-8")
