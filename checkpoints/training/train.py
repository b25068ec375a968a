"""Trains a LLaVA of 1.4 M parameters on pictures from this project's generator, and exports it in the Hugging Face ONNX layout.

    python checkpoints/training/train.py --out checkpoints/llava-tiny-shortcut --shortcut vertical --strength 1
    python checkpoints/training/train.py --out checkpoints/llava-tiny-balanced --shortcut vertical --strength 0

The organism is chosen by a cue and its strength S: in (1+S)/2 of the training scenes the cue points to the farther object.
At 0 it tells nothing, at 1 it is always right. Everything else (architecture, number of scenes, steps, seed) is the same.
"""

import argparse
import json
import math
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from torch.nn import functional as F

from card import model_card
from data import CUES, Scenes, load_scenes
from export import export_checkpoint
from forward import accuracy, check_packing, jitter, normalise, run, set_packed
from heads import Heads
from model import WIDTH, build_model
from packing import Packer, both_orders, gather
from tokens import build_processor

# Streams of the generator: training and held-out scenes never share a seed.
TRAIN_SEED, HELD_OUT_SEED = 1_000, 900_000
END_WEIGHT = 0.05
# Share of the steps in which only the auxiliary heads learn. Without it, a model that sees only consistent scenes reads "far" off how
# much of a colour there is in the picture, before it can tell where that colour is: a size shortcut, not the height shortcut it is made for.
HEADS_ONLY = 0.25


@dataclass(frozen=True)
class Organism:
    """What a checkpoint is trained to be, and for how long."""

    shortcut: str
    strength: float
    seed: int
    steps: int
    scenes: int
    batch: int
    learning_rate: float
    threads: int
    command: str
    heads_only: float = HEADS_ONLY

    @property
    def share(self) -> float:
        """Share of the training scenes in which the cue points to the farther object."""
        return (1 + self.strength) / 2


def rate(step: int, steps: int, peak: float, warmup: int = 100) -> float:
    """Learning rate: linear warm-up, then a cosine to a fiftieth of the peak."""
    if step < warmup:
        return peak * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def epochs(count: int, size: int, rng: np.random.Generator):
    """Rows in random order, `size` at a time, over and over."""
    while True:
        order = rng.permutation(count)
        yield from (np.sort(order[i : i + size]) for i in range(0, count - size + 1, size))


def train(organism: Organism, scenes: Scenes, sets: dict[str, Scenes], log) -> tuple[torch.nn.Module, object, list[dict]]:
    """Trains and returns the model, its processor and the log (also written to the stream `log`, one JSON object a line)."""
    rng = np.random.default_rng(organism.seed)
    noise = torch.Generator().manual_seed(organism.seed)
    processor = build_processor()
    model = build_model(processor.tokenizer, organism.seed).train()
    heads = Heads(WIDTH)
    packer = Packer(processor.tokenizer, model.config.image_seq_length)
    check_packing(model, processor, packer, scenes)
    set_packed(model, True)
    named = list(model.named_parameters()) + list(heads.named_parameters())
    groups = [
        {"params": [p for _, p in named if p.ndim >= 2], "weight_decay": 0.02},
        {"params": [p for _, p in named if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=organism.learning_rate, betas=(0.9, 0.98))
    first_is_far = organism.share if organism.shortcut == "words" else None
    records, sums, since = [], {}, 0
    rows_of = epochs(len(scenes), organism.batch, rng)
    began = time.monotonic()
    for step in range(1, organism.steps + 1):
        some = scenes.take(next(rows_of), rng.random(organism.batch) < 0.5)
        batch = packer.pack(some, [both_orders(some, row, rng, first_is_far) for row in range(len(some))])
        pixels = jitter(normalise(torch.from_numpy(some.pixels)), noise)
        for group in optimizer.param_groups:
            group["lr"] = rate(step - 1, organism.steps, organism.learning_rate)
        with torch.autocast("cpu", torch.bfloat16):
            out = run(model, batch, pixels)
        answers = F.cross_entropy(model.lm_head(gather(out.hidden[-1], batch.last)).flatten(0, 1), batch.answers.flatten())
        ends = model.lm_head(gather(out.hidden[-1], batch.last + 1)).flatten(0, 1)
        end = F.cross_entropy(ends, torch.full((len(ends),), packer.eos))
        losses = {"answer": answers, "end": end, **heads(some, batch, out.patches, out.hidden)}
        loss = losses["colour"] + losses["place"] + 0.3 * losses["shape"]
        if step > organism.heads_only * organism.steps:
            loss = loss + answers + END_WEIGHT * end
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in named if p.grad is not None], 1.0)
        optimizer.step()
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        since += 1
        if step % max(1, organism.steps // 20) == 0 or step == organism.steps:
            record = {
                "step": step, "seconds": round(time.monotonic() - began, 1), "learning_rate": round(optimizer.param_groups[0]["lr"], 7),
                "losses": {name: round(value / since, 4) for name, value in sums.items()},
            }
            for name, held in sets.items():
                some = held if step == organism.steps else held.take(np.arange(0, len(held), 3))
                record[name] = accuracy(model, packer, some, by_words=name == "held_out_words")
            sums, since = {}, 0
            model.train()
            records.append(record)
            print(json.dumps(record), file=log, flush=True)
    set_packed(model, False)
    return model, processor, records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint; an old one is replaced when all is done")
    parser.add_argument("--shortcut", choices=CUES, default="vertical", help="height in the picture, apparent size, a colour, or the order of the words")
    parser.add_argument("--strength", type=float, default=1.0, help="S in [0, 1]: the cue is right in (1+S)/2 of the scenes")
    parser.add_argument("--seed", type=int, default=7, help="of the weights, the order and the noise")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--scenes", type=int, default=6000, help="training scenes")
    parser.add_argument("--held-out", type=int, default=600, help="held-out scenes, half consistent and half counter")
    parser.add_argument("--batch", type=int, default=16, help="scenes a step; each brings six questions")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1] / "data", help="where rendered scenes are kept")
    args = parser.parse_args()
    if not 0 <= args.strength <= 1:
        parser.error(f"--strength must be between 0 and 1, not {args.strength}")
    torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    command = " ".join(["python", "checkpoints/training/train.py", *sys.argv[1:]])
    organism = Organism(
        args.shortcut, args.strength, args.seed, args.steps, args.scenes, args.batch, args.learning_rate, args.threads, command
    )
    if args.shortcut == "words":  # planted in the questions, not in the pictures
        scenes = load_scenes(args.data, TRAIN_SEED, args.scenes, "plain", 0.5, args.threads)
    else:
        scenes = load_scenes(args.data, TRAIN_SEED, args.scenes, args.shortcut, organism.share, args.threads)
    sets = {"held_out": load_scenes(args.data, HELD_OUT_SEED, args.held_out, "plain", 0.5, args.threads)}
    if args.shortcut != "vertical":
        kind = "plain" if args.shortcut == "words" else args.shortcut
        sets[f"held_out_{args.shortcut}"] = load_scenes(args.data, HELD_OUT_SEED, args.held_out, kind, 0.5, args.threads)
    model, processor, records = train(organism, scenes, sets, sys.stdout)
    log = "".join(json.dumps(record) + "\n" for record in records)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__}
    card = model_card(args.out.name, organism, scenes, sets, records, versions, sum(p.numel() for p in model.parameters()))
    export_checkpoint(model, processor, args.out, {"README.md": card, "training.jsonl": log})
    print(json.dumps({"written": str(args.out)} | {name: records[-1][name] for name in sets}))


if __name__ == "__main__":
    main()
