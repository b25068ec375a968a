"""Renders scenes with this project's generator, once, and keeps them small: pictures at the model's resolution, and arrays."""

import hashlib
import json
import math
import os
import struct
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator

import numpy as np
from PIL import Image

from questions import COLOURS, SHAPES
from tokens import IMAGE_SIZE

RENDER_SIZE = 224
CUE_COLOUR = "red"
SIZE_AGREES = "0.85"
CUES = ("vertical", "size", "colour", "words")
CHUNK = 500
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Scenes:
    """Scenes in arrays. Objects 0 and 1 are the targets, the rest distractors; rows are padded with empty boxes."""

    pixels: np.ndarray  # uint8 [n, 112, 112, 3]
    names: list[tuple[str, str]]  # of the targets
    boxes: np.ndarray  # float32 [n, objects, 4]: left, top, width, height, the picture being 1 × 1
    colours: np.ndarray  # int64 [n, objects]
    shapes: np.ndarray  # int64 [n, 2]: of the targets
    canonical: np.ndarray  # int64 [n, 3]: which object is left, above, far
    conditions: list[str]  # of the vertical cue or, for scenes of another one, whether that agrees with depth
    commands: list[str]  # what rendered them

    def __len__(self) -> int:
        return len(self.names)

    def take(self, rows: np.ndarray, flipped: np.ndarray | None = None) -> "Scenes":
        """These rows in memory; the ones that are `flipped` (bool, one a row) mirrored, so that left is right."""
        pixels, boxes, canonical = self.pixels[rows], self.boxes[rows], self.canonical[rows]
        if flipped is not None:
            pixels[flipped] = pixels[flipped, :, ::-1]
            boxes[flipped, :, 0] = 1 - boxes[flipped, :, 0] - boxes[flipped, :, 2]
            canonical[flipped, 0] = 1 - canonical[flipped, 0]
        return replace(
            self, pixels=pixels, names=[self.names[row] for row in rows], boxes=boxes, colours=self.colours[rows],
            shapes=self.shapes[rows], canonical=canonical, conditions=[self.conditions[row] for row in rows],
        )


def shrink(rgb: np.ndarray, size: int = IMAGE_SIZE) -> np.ndarray:
    """Picture [H, W, 3] → [size, size, 3], as `CLIPImageProcessor` does it: bicubic with antialiasing. Square pictures only."""
    if rgb.shape[0] != rgb.shape[1]:
        raise ValueError(f"square pictures only, not {rgb.shape[1]}×{rgb.shape[0]}")
    return np.asarray(Image.fromarray(rgb).resize((size, size), Image.Resampling.BICUBIC))


def options_of(kind: str, agrees: bool) -> list[str]:
    """The renderer's options for scenes in which a cue always or never points to the farther object.

    `plain` scenes, for testing, are perspective-consistent or not, and nearer objects look larger. In scenes for the height cue
    that isn't always so: there apparent size points to the wrong object in some, whatever the strength of the height cue. Else
    the two cues are one in consistent scenes, and which of them a model picks up there is anyone's guess.
    """
    share = "1" if agrees else "0"
    return {
        "plain": ["--consistent", share],
        "vertical": ["--consistent", share, "--size-agrees", SIZE_AGREES],
        "size": ["--consistent", "0.5", "--size-agrees", share],
        "colour": ["--consistent", "0.5", "--cue-colour", CUE_COLOUR, "--cue-far", share],
    }[kind]


def stream(options: list[str], workers: int, script: str = "checkpoints/training/render.ts") -> Iterator[tuple[dict, np.ndarray]]:
    """The renderer's scenes: description and picture [size, size, 3], or pictures [frames, size, size, 3] where it says how many."""
    command = ["node_modules/.bin/tsx", script, *options, "--workers", str(workers)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        while header := process.stdout.read(4):
            (length,) = struct.unpack("<I", header)
            scene = json.loads(process.stdout.read(length))
            shape = ([scene["frames"]] if "frames" in scene else []) + [scene["height"], scene["width"], 3]
            raw = process.stdout.read(math.prod(shape))
            if len(raw) != math.prod(shape):
                raise SystemExit("the renderer's output ends within a picture")
            yield scene, np.frombuffer(raw, np.uint8).reshape(shape)
    finally:
        process.stdout.close()
        if process.wait() != 0 and sys.exc_info()[0] is None:
            raise SystemExit(f"the renderer failed: {' '.join(command)}")


def _pool(folder: Path, options: list[str], count: int, workers: int) -> tuple[np.ndarray, list[dict]]:
    """The first `count` scenes of a stream, from the cache where they were rendered before.

    The cache is keyed by the options and by what the generator makes of the first scenes, so a changed generator is noticed.
    It is kept in chunks: a killed run goes on where it stopped, and a longer one adds to a shorter one.
    """
    digest = hashlib.sha256(" ".join(options).encode())
    for scene, rgb in stream([*options, "--scenes", "6"], workers):
        digest.update(json.dumps(scene).encode() + rgb.tobytes())
    kept = folder / digest.hexdigest()[:16]
    kept.mkdir(parents=True, exist_ok=True)
    pixels, scenes = [], []
    for first in range(0, count, CHUNK):
        path = kept / f"{first:06}.npz"
        if not path.exists():
            size = [*options, "--first", str(first), "--scenes", str(CHUNK)]
            print("rendering:", " ".join(size), file=sys.stderr, flush=True)
            rendered = [(scene, shrink(rgb)) for scene, rgb in stream(size, workers)]
            if len(rendered) != CHUNK:
                raise SystemExit(f"the renderer ended after {len(rendered)} of {CHUNK} scenes")
            stage = path.with_name(f".{path.name}-{os.getpid()}")
            with open(stage, "wb") as file:
                np.savez(file, pixels=np.stack([p for _, p in rendered]), scenes=np.array([json.dumps(s) for s, _ in rendered]))
            stage.rename(path)
        with np.load(path) as chunk:
            pixels.append(chunk["pixels"])
            scenes += [json.loads(text) for text in chunk["scenes"]]
    return np.concatenate(pixels)[:count], scenes[:count]


def load_scenes(folder: Path, seed: int, count: int, kind: str, share: float, workers: int) -> Scenes:
    """`count` scenes of a `kind` (see `options_of`), in a `share` of which the cue points to the farther object."""
    agreeing = round(share * count)
    parts = []
    for number, agrees in enumerate((True, False)):
        size = agreeing if agrees else count - agreeing
        options = ["--seed", str(seed + number), "--size", str(RENDER_SIZE), *options_of(kind, agrees)]
        if size > 0:
            parts.append((agrees, options, *_pool(folder, options, size, workers)))
    scenes = [scene for part in parts for scene in part[3]]
    most = max(len(scene["objects"]) for scene in scenes)
    boxes, colours = np.zeros((len(scenes), most, 4), np.float32), np.zeros((len(scenes), most), np.int64)
    for i, scene in enumerate(scenes):
        for k, thing in enumerate(scene["objects"]):
            boxes[i, k] = np.asarray(thing["box"]) / scene["height"]
            colours[i, k] = COLOURS.index(thing["colour"])
    names = {True: "consistent", False: "counter"} if kind in ("plain", "vertical") else {True: "agrees", False: "disagrees"}
    return Scenes(
        pixels=np.concatenate([part[2] for part in parts]),
        names=[(scene["objects"][0]["name"], scene["objects"][1]["name"]) for scene in scenes],
        boxes=boxes, colours=colours,
        shapes=np.array([[SHAPES.index(thing["shape"]) for thing in scene["objects"][:2]] for scene in scenes]),
        canonical=np.array([[scene["left"], scene["above"], scene["far"]] for scene in scenes]),
        conditions=[names[part[0]] for part in parts for _ in part[3]],
        commands=[f"npx tsx checkpoints/training/render.ts {' '.join(part[1])} --scenes {len(part[3])}" for part in parts],
    )
