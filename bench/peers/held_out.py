"""What scikit-learn says of a file of predictions: AUROC of the first class, or the mean absolute error.

usage: held_out.py PREDICTIONS.h5
"""

import json
import sys

import h5py
import numpy
from sklearn.metrics import mean_absolute_error, roc_auc_score

with h5py.File(sys.argv[1]) as file:
    outputs, labels = file["outputs"][:].astype(numpy.float64), file["labels"][:]
known = ~numpy.isnan(labels[:, 0])
outputs, labels = outputs[known], labels[known]
result = {"images": len(labels)}
if outputs.shape[1] == 1:
    result["error"] = float(mean_absolute_error(labels[:, 0], outputs[:, 0]))
else:
    result["auroc"] = float(roc_auc_score(labels[:, 0], outputs[:, 0] - outputs[:, 1]))
print(json.dumps(result))
