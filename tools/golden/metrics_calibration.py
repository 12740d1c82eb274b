"""Golden values of probability calibration by scikit-learn: tests/golden/metrics/calibration.json.

Platt's method by its _SigmoidCalibration, temperatures by the logistic regression without intercept and without a penalty that they are.
"""

import json
import pathlib

import numpy as np
import sklearn
from scipy.special import expit, logit
from sklearn.calibration import _SigmoidCalibration
from sklearn.linear_model import LogisticRegression

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics"

generator = np.random.default_rng(21)
cases = []
for count in (20, 200, 3000):
    for slope, shift in ((0.3, 0), (1, 0), (2.5, -1)):
        truth_logits = generator.normal(-1, 1.5, count)
        positive = (generator.random(count) < expit(truth_logits)).astype(int)
        positive[:2] = 0, 1
        probabilities = expit((truth_logits - shift) / slope)
        logits = logit(probabilities)
        platt = _SigmoidCalibration().fit(logits, positive)
        temperature = LogisticRegression(penalty=None, fit_intercept=False, tol=1e-14, max_iter=10000, solver="newton-cg").fit(logits[:, None], positive)
        cases.append({"probabilities": probabilities.tolist(), "positive": positive.tolist(), "platt": platt.predict(logits[:20]).tolist(),
                      "temperature": temperature.predict_proba(logits[:20, None])[:, 1].tolist()})
(FOLDER / "calibration.json").write_text(json.dumps({"made_by": f"tools/golden/metrics_calibration.py, scikit-learn {sklearn.__version__}",
                                                     "cases": cases}) + "\n", encoding="utf-8")
