"""Peer of `npm run bench probes`: scikit-learn's LogisticRegression over layers x folds x values of C, tol 1e-6, max_iter 20,000.

Reads {file, layers, n, d, labels, folds, cs, jobs, dtype, limit} on stdin; `file` holds float32 features, layer after layer. Prints {seconds, objectives, right}: each
layer's fits with standardisation, and for every fit the float64 objective it reached and its held-out rows right. Past `limit` seconds it gives up: {seconds: null}.
"""
import json
import sys
import time
import warnings

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

task = json.load(sys.stdin)
n, d = task["n"], task["d"]
x = np.memmap(task["file"], np.float32, "r", shape=(task["layers"], n, d))
y = np.array(task["labels"])
folds = np.array(task["folds"])


def fit(layer, fold):
    features = np.asarray(x[layer], task["dtype"])
    train = folds != fold
    scaler = StandardScaler().fit(features[train])
    z = scaler.transform(features)
    out = []
    for c in task["cs"]:
        model = LogisticRegression(C=c, tol=1e-6, max_iter=20000).fit(z[train], y[train])
        out.append((model.coef_[0].astype(float), float(model.intercept_[0])))
    return out


def check(layer, fold, fits):
    features = np.asarray(x[layer], float)
    train = folds != fold
    z = StandardScaler().fit(features[train]).transform(features)
    out = []
    for c, (w, b) in zip(task["cs"], fits):
        scores = z @ w + b
        loss = np.logaddexp(0, np.where(y == 1, -scores, scores))[train].sum()
        out.append((float(loss + w @ w / (2 * c)), int(((scores > 0) == (y == 1))[~train].sum())))
    return out


warnings.simplefilter("ignore")
jobs = [(layer, fold) for layer in range(task["layers"]) for fold in sorted(set(folds))]
with Parallel(n_jobs=task["jobs"]) as pool:
    pool(delayed(len)([]) for _ in range(2 * task["jobs"]))
    start = time.perf_counter()
    fits = []
    step = len(jobs) if task["jobs"] > 1 else 1
    for at in range(0, len(jobs), step):
        if time.perf_counter() - start > task["limit"]:
            print(json.dumps({"seconds": None, "objectives": [], "right": []}))
            sys.exit()
        fits += pool(delayed(fit)(*job) for job in jobs[at : at + step])
    seconds = time.perf_counter() - start
checked = [check(*job, fit) for job, fit in zip(jobs, fits)]
print(json.dumps({"seconds": seconds, "objectives": [o for f in checked for o, _ in f], "right": [r for f in checked for _, r in f]}))
