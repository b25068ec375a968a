"""Peer of bench/analysis.ts: numpy's CKA of all pairs of layers (each Gram once, all pairs in one product) and scikit-learn's randomized PCA. Wall and processor seconds, best of three."""
import json
import sys
import time

import numpy as np
from sklearn.decomposition import PCA


def stream(count, seed):
    """The generator of bench/analysis.ts: MINSTD, vectorised by jumping ahead."""
    block = 4096
    powers = np.empty(block, dtype=np.int64)
    p = 1
    for i in range(block):
        p = p * 48271 % 2147483647
        powers[i] = p
    out = np.empty(count)
    for start in range(0, count, block):
        values = seed * powers % 2147483647
        out[start : start + block] = (2 * values / 2147483647 - 1)[: min(block, count - start)]
        seed = int(values[-1])
    return out


def best(body, repeats=3):
    wall, cpu, result = np.inf, np.inf, None
    for _ in range(repeats):
        t, c = time.perf_counter(), time.process_time()
        result = body()
        wall, cpu = min(wall, time.perf_counter() - t), min(cpu, time.process_time() - c)
    return wall, cpu, result


def cka(layers):
    n = layers[0].shape[0]
    kernels = np.empty((len(layers), n * n), layers[0].dtype)
    diagonals = np.empty((len(layers), n), layers[0].dtype)
    for l, x in enumerate(layers):
        x = x - x.mean(0)
        k = kernels[l].reshape(n, n)
        np.matmul(x, x.T, out=k)
        diagonals[l] = np.diagonal(k)
        np.fill_diagonal(k, 0)
    # Row sums of a centred kernel are 0; without its diagonal they are −K_ii.
    product = kernels @ kernels.T
    trace = diagonals.sum(1)
    hsic = (product + np.outer(trace, trace) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (diagonals @ diagonals.T)) / (n * (n - 3))
    scale = np.sqrt(np.diagonal(hsic))
    return hsic / np.outer(scale, scale)


task = json.load(sys.stdin)
out = {}
for dtype in ("float32", "float64"):
    shape = task["cka"]
    layers = [stream(shape["n"] * shape["d"], 1000 + l).reshape(shape["n"], shape["d"]).astype(dtype) for l in range(shape["layers"])]
    for l in range(1, len(layers)):
        layers[l] += layers[l - 1]
    wall, cpu, value = best(lambda: cka(layers))
    out[f"cka {dtype}"] = {"wall": wall, "cpu": cpu, "value": [float(value[0, 1]), float(value[0, -1])]}
shape = task["pca"]
x = stream(shape["n"] * shape["d"], 77).reshape(shape["n"], shape["d"])
x *= 1 / (1 + np.arange(shape["d"]) / 10)
x = x.astype("float32")
wall, cpu, fitted = best(lambda: PCA(shape["components"], svd_solver="randomized", random_state=0).fit(x))
fitted.transform(x)
out["pca"] = {"wall": wall, "cpu": cpu, "value": fitted.explained_variance_ratio_.tolist()}
print(json.dumps(out))
