"""Clips (and single pictures, clips of one) with questions, for the organisms: rendered once by `render-organism.ts` and kept at the model's resolution."""

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data import shrink, stream

SCRIPT = "checkpoints/training/render-organism.ts"
CHUNK = 250  # scenes
COLOURS = ("red", "green", "blue", "yellow", "purple", "cyan")
SHAPES = ("sphere", "box", "cylinder", "cone")


@dataclass(frozen=True)
class Clips:
    """Clips in arrays; what a picture shows is padded with empty boxes of colour −1."""

    pixels: np.ndarray  # uint8 [n, frames, size, size, 3]
    boxes: np.ndarray  # float32 [n, frames, objects, 4]: left, top, width, height, the picture being 1 × 1
    colours: np.ndarray  # int64 [n, frames, objects]
    shapes: np.ndarray  # int64 [n, frames, objects]
    questions: list[list[dict]]
    visible: np.ndarray  # float32 [n]: share of the target that is seen; 1 for clips
    command: str  # what rendered them

    def __len__(self) -> int:
        return len(self.pixels)


def _kept(folder: Path, options: list[str], scenes: int, picture: int, workers: int) -> tuple[np.ndarray, list[dict]]:
    """The first `scenes` scenes of a stream, from the cache where they were rendered before; keyed by the options and by what the generator makes of the first scenes."""
    digest = hashlib.sha256(" ".join([*options, str(picture)]).encode())
    for described, rgb in stream([*options, "--scenes", "4"], workers, SCRIPT):
        digest.update(json.dumps(described).encode() + rgb.tobytes())
    kept = folder / f"organism-{digest.hexdigest()[:16]}"
    kept.mkdir(parents=True, exist_ok=True)
    pixels, found = [], []
    for first in range(0, scenes, CHUNK):
        path = kept / f"{first:06}.npz"
        if not path.exists():
            size = [*options, "--first", str(first), "--scenes", str(CHUNK)]
            print("rendering:", " ".join(size), file=sys.stderr, flush=True)
            rendered = [(described, np.stack([shrink(one, picture) for one in rgb])) for described, rgb in stream(size, workers, SCRIPT)]
            stage = path.with_name(f".{path.name}-{os.getpid()}")
            with open(stage, "wb") as file:
                np.savez(file, pixels=np.stack([p for _, p in rendered]), scenes=np.array([json.dumps(d) for d, _ in rendered]))
            stage.rename(path)
        with np.load(path) as chunk:
            pixels.append(chunk["pixels"])
            found += [json.loads(text) for text in chunk["scenes"]]
    keep = [i for i, described in enumerate(found) if described["scene"] < scenes]
    return np.concatenate(pixels)[keep], [found[i] for i in keep]


def load_clips(folder: Path, kind: str, seed: int, scenes: int, render: int, picture: int, workers: int) -> Clips:
    """The clips of `scenes` scenes of a set (`frames` or `occlusion`), rendered at `render` pixels and kept at `picture`."""
    options = ["--set", kind, "--seed", str(seed), "--size", str(render)]
    pixels, found = _kept(folder, options, scenes, picture, workers)
    most = max(len(objects) for described in found for objects in described["seen"])
    shape = (len(found), pixels.shape[1], most)
    boxes, colours, shapes = np.zeros((*shape, 4), np.float32), np.full(shape, -1), np.full(shape, -1)
    for i, described in enumerate(found):
        for frame, objects in enumerate(described["seen"]):
            for k, thing in enumerate(objects):
                boxes[i, frame, k] = np.asarray(thing["box"]) / described["height"]
                colours[i, frame, k], shapes[i, frame, k] = COLOURS.index(thing["colour"]), SHAPES.index(thing["shape"])
    return Clips(
        pixels, boxes, colours, shapes, [described["questions"] for described in found],
        np.array([described.get("visible", 1.0) for described in found], np.float32), f"npx tsx {SCRIPT} {' '.join(options)} --scenes {scenes}",
    )
