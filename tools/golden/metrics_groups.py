"""Golden values of metrics in groups of weighted images by scikit-learn and fairlearn: tests/golden/metrics/groups.json.

Two hundred random tables with ties, unknown labels, weights of 0 and more, and groups of one class; DeLong's variances from all pairs,
thresholds from scikit-learn's ROC curve, bias-corrected intervals and adjusted p-values with SciPy.
"""

import json
import pathlib
import warnings

import fairlearn
import fairlearn.metrics as fair
import numpy as np
import scipy
import sklearn
import sklearn.metrics as sk
from scipy.stats import false_discovery_control, norm

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics"
BINS = 10

warnings.filterwarnings("ignore")


def calibration_error(truth, scores, weights):
    """In NumPy: scikit-learn has the curve alone."""
    index = np.minimum((scores * BINS).astype(int), BINS - 1)
    return sum(abs(np.sum((weights * (scores - truth))[index == b])) for b in np.unique(index)) / weights.sum()


def metrics(truth, scores, weights, threshold):
    """None where it is not defined."""
    truth, scores, weights = (values[weights > 0] for values in (truth, scores, weights))
    if len(truth) == 0:
        return {}
    called = (scores >= threshold).astype(int)
    matrix = sk.confusion_matrix(truth, called, labels=[0, 1], sample_weight=weights)
    (true_negatives, false_positives), (false_negatives, true_positives) = matrix
    positives, negatives = true_positives + false_negatives, true_negatives + false_positives
    both = positives > 0 and negatives > 0
    return {
        "auroc": sk.roc_auc_score(truth, scores, sample_weight=weights) if both else None,
        "average_precision": sk.average_precision_score(truth, scores, sample_weight=weights) if positives > 0 else None,
        "brier": sk.brier_score_loss(truth, scores, sample_weight=weights, pos_label=1, labels=[0, 1]),
        "calibration_error": calibration_error(truth, scores, weights),
        "accuracy": sk.accuracy_score(truth, called, sample_weight=weights),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, called, sample_weight=weights) if both else None,
        "f1": sk.f1_score(truth, called, sample_weight=weights) if positives > 0 else None,
        "sensitivity": sk.recall_score(truth, called, sample_weight=weights) if positives > 0 else None,
        "specificity": sk.recall_score(truth, called, pos_label=0, sample_weight=weights) if negatives > 0 else None,
        "precision": sk.precision_score(truth, called, sample_weight=weights) if called.sum() > 0 else None,
        "false_positive_rate": fair.false_positive_rate(truth, called, sample_weight=weights) if negatives > 0 and both else
        (false_positives / negatives if negatives > 0 else None),
        "false_negative_rate": fair.false_negative_rate(truth, called, sample_weight=weights) if positives > 0 and both else
        (false_negatives / positives if positives > 0 else None),
        "selection_rate": fair.selection_rate(truth, called, sample_weight=weights),
    }


def delong(truth, first, second):
    """Structural components from the matrix of all pairs."""
    def components(scores):
        pairs = (np.sign(scores[truth == 1][:, None] - scores[truth == 0][None, :]) + 1) / 2
        return pairs.mean(axis=1), pairs.mean(axis=0), pairs.mean()

    one, other = components(first), components(second)
    of_positives, of_negatives = (np.cov(one[i], other[i]) / len(one[i]) for i in (0, 1))
    covariance = of_positives + of_negatives
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return {"auroc": [one[2], other[2]], "variance": [covariance[0, 0], covariance[1, 1]], "covariance": covariance[0, 1],
            "p_value": 2 * norm.sf(abs(one[2] - other[2]) / np.sqrt(variance)) if variance > 1e-15 else None}


def thresholds(truth, scores, level):
    false_positive_rate, sensitivity, threshold = sk.roc_curve(truth, scores, drop_intermediate=False)
    best = np.flatnonzero(sensitivity - false_positive_rate >= (sensitivity - false_positive_rate).max() - 1e-12)[0]
    values = {"youden": threshold[best], "false_positive_rate": threshold[false_positive_rate <= level][-1],
              "sensitivity": threshold[sensitivity >= level][0]}
    return {name: None if np.isinf(value) else value for name, value in values.items()}


def gaps(truth, scores, weights, group, threshold):
    """fairlearn takes a rate of no image for 0, so only where every group has both classes."""
    keep = weights > 0
    truth, called, weights, group = truth[keep], (scores[keep] >= threshold).astype(int), weights[keep], group[keep]
    if len(np.unique(group)) < 2 or any(len(np.unique(truth[group == name])) < 2 for name in np.unique(group)):
        return None
    options = {"sensitive_features": group, "sample_weight": weights}
    frame = fair.MetricFrame(metrics=sk.recall_score, y_true=truth, y_pred=called, sensitive_features=group, sample_params={"sample_weight": weights})
    rates = frame.by_group.to_numpy()
    return {"selection_rate": fair.demographic_parity_difference(truth, called, **options),
            "equalized_odds_worst": fair.equalized_odds_difference(truth, called, **options),
            "equalized_odds_mean": fair.equalized_odds_difference(truth, called, agg="mean", **options),
            "sensitivity": {"max_min": frame.difference(), "to_overall": frame.difference(method="to_overall"),
                            "to_best": float(np.mean(rates.max() - rates)), "p90_p10": float(np.quantile(rates, 0.9) - np.quantile(rates, 0.1))}}


def bca(draws, estimate, left_out, level):
    share = (np.mean(draws < estimate) + np.mean(draws <= estimate)) / 2
    bias = norm.ppf(share)
    deviations = left_out.mean() - left_out
    acceleration = np.sum(deviations**3) / (6 * np.sum(deviations**2) ** 1.5)
    shares = [norm.cdf(bias + (bias + z) / (1 - acceleration * (bias + z))) for z in norm.ppf([(1 - level) / 2, (1 + level) / 2])]
    return np.quantile(draws, shares)


def tables():
    generator = np.random.default_rng(11)
    for number in range(200):
        count = int(generator.integers(4, 61))
        prevalence = generator.choice((0.05, 0.3, 0.5, 0.9))
        truth = (generator.random(count) < prevalence).astype(int)
        levels = generator.choice((2, 5, 20, 10000))
        first, second = (np.round(np.clip(0.4 + 0.15 * truth + 0.25 * generator.standard_normal(count), 0, 1) * levels) / levels for _ in range(2))
        known = np.where(generator.random(count) < 0.1, -1, truth)
        weights = generator.integers(0, 4, count) if number % 2 else np.ones(count, int)
        a, b = generator.integers(0, generator.integers(2, 5), count), generator.integers(0, 2, count)
        threshold = float(generator.choice(first))
        keep = known >= 0
        groups = {"all": keep}
        for one in np.unique(a):
            groups[f"a={one}"] = keep & (a == one)
            for other in np.unique(b):
                groups[f"a={one} b={other}"] = keep & (a == one) & (b == other)
        both = len(np.unique(truth[keep])) == 2 and min(np.bincount(truth[keep])) >= 2
        yield {"known": known.tolist(), "scores": first.tolist(), "second": second.tolist(), "weights": weights.tolist(), "a": a.tolist(),
               "b": b.tolist(), "threshold": threshold,
               "groups": {name: metrics(truth[rows], first[rows], weights[rows], threshold) for name, rows in groups.items()},
               "gaps": gaps(truth[keep], first[keep], weights[keep], a[keep], threshold),
               "delong": delong(truth[keep], first[keep], second[keep]) if both else None,
               "thresholds": thresholds(truth[keep], first[keep], 0.3) if both else None}


def intervals():
    generator = np.random.default_rng(12)
    for count in (20, 200, 1000):
        sample = generator.exponential(1, 30)
        estimate = float(np.mean(sample))
        draws = np.mean(generator.choice(sample, (count, 30)), axis=1)
        left_out = np.array([np.delete(sample, i).mean() for i in range(30)])
        yield {"draws": draws.tolist(), "estimate": estimate, "left_out": left_out.tolist(), "level": 0.9,
               "percentile": np.quantile(draws, [0.05, 0.95]).tolist(), "bca": bca(draws, estimate, left_out, 0.9).tolist()}


def adjusted():
    generator = np.random.default_rng(13)
    for count in (1, 2, 7, 40):
        values = generator.random(count) ** 3
        order = np.argsort(values)
        holm = np.empty(count)
        holm[order] = np.minimum(1, np.maximum.accumulate((count - np.arange(count)) * values[order]))
        yield {"p_values": values.tolist(), "holm": holm.tolist(), "benjamini_hochberg": false_discovery_control(values).tolist()}


def plain(value):
    """NumPy's numbers as Python's; what is not a number as nothing."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (np.floating, float)):
        return None if np.isnan(value) else float(value)
    return value.item() if isinstance(value, np.generic) else value


FOLDER.mkdir(parents=True, exist_ok=True)
content = {"made_by": f"tools/golden/metrics_groups.py, scikit-learn {sklearn.__version__}, fairlearn {fairlearn.__version__}, SciPy {scipy.__version__}",
           "tables": list(tables()), "intervals": list(intervals()), "adjusted": list(adjusted())}
(FOLDER / "groups.json").write_text(json.dumps(plain(content)) + "\n", encoding="utf-8")
