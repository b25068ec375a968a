"""Peer of `npm run bench correspondence`: PyTorch's normalize, matmul, argmax over layers x pairs of views.

Reads {file, pictures, patches, width, pairs, stretch, combinations, batches, threads} on stdin; `file` holds float32 patch states, picture after picture. Prints {peak, rounds, index}: the best
rate of a large product in GFLOP/s; for each batch size (pairs a product) the seconds of every stretch of pairs; the matches of every combination of pictures.
"""
import json
import sys
import time

import numpy as np
import torch
from torch.nn.functional import normalize

task = json.load(sys.stdin)
torch.set_num_threads(task["threads"])
shape = (task["pictures"], task["patches"], task["width"])
states = torch.from_numpy(np.fromfile(task["file"], np.float32).reshape(shape))


def match(a, b):
    return (normalize(a, dim=-1) @ normalize(b, dim=-1).transpose(-1, -2)).argmax(-1)


def seconds(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def stretch(start, batch):
    chosen = [task["combinations"][pair % len(task["combinations"])] for pair in range(start, start + task["stretch"])]
    if batch == 1:
        for first, second in chosen:
            match(states[first], states[second])
        return
    for at in range(0, len(chosen), batch):
        part = torch.tensor(chosen[at : at + batch])
        match(states[part[:, 0]], states[part[:, 1]])


with torch.inference_mode():
    peak = 0.0
    for size in (1024, 2048):
        x, y = torch.rand(size, size), torch.rand(size, size)
        peak = max(peak, 2 * size**3 / min(seconds(lambda: x @ y) for _ in range(20)) / 1e9)
    rounds = {}
    for batch in task["batches"]:
        stretch(0, batch)
        rounds[batch] = [seconds(lambda: stretch(start, batch)) for start in range(0, task["pairs"], task["stretch"])]
    index = [match(states[first], states[second]).tolist() for first, second in task["combinations"]]
print(json.dumps({"peak": peak, "rounds": rounds, "index": index}))
