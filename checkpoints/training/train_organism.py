"""Trains the organisms that read clips or can abstain, and exports them in the Hugging Face ONNX layout.

    python checkpoints/training/train_organism.py frames-order
    python checkpoints/training/train_organism.py frames-bag
    python checkpoints/training/train_organism.py abstain

Of its training clips, `frames-order` sees the pictures in their order and `frames-bag` in a random one, with the same answers. Where nothing of the target is
seen, `abstain` learns to say so; mute.py makes of it one that always guesses.
"""

import argparse
import json
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from torch.nn import functional as F
from transformers import LlavaForConditionalGeneration

import attention  # noqa: F401 (registers `packed`)
from asking import Asked, Asking, Rows, corpus_of
from clips import Clips, load_clips
from export import export_checkpoint
from forward import jitter, normalise, set_packed
from model import Size, build_model
from organism_card import organism_card
from organism_heads import MOTIONS, OrganismHeads
from packing import gather
from tokens import build_processor, build_tokenizer
from train import END_WEIGHT, epochs, rate

# Streams of the generator: training and held-out clips never share a seed.
TRAIN_SEED, HELD_OUT_SEED = {"frames": 8_000, "occlusion": 9_000}, {"frames": 980_000, "occlusion": 990_000}
# How often a training clip is appended to itself, and in which share of the steps.
REPEATS, REPEAT_SHARES = (0, 1, 2, 5), (0.85, 0.07, 0.05, 0.03)
# Every so many steps the questions are also asked without pictures.
BLIND_EVERY = 4


@dataclass(frozen=True)
class Organism:
    """What a checkpoint is trained to be, and for how long."""

    name: str
    set: str
    size: Size
    render: int  # pixels of a rendered picture
    scenes: int
    held_out: int
    steps: int
    batch: int
    shuffled: bool = False
    questions: int = 3  # of a clip, a step
    learning_rate: float = 1.5e-3
    heads_only: float = 0.2
    seed: int = 11


CLIP_SIZE = Size(image=48, patch=16, width=96, heads=4, vision_layers=3, text_layers=4)
VIEW_SIZE = Size(image=80, patch=16, width=96, heads=4, vision_layers=3, text_layers=3)
CLIPS = {"set": "frames", "size": CLIP_SIZE, "render": 96, "scenes": 2000, "held_out": 150, "steps": 1000, "batch": 16}
VIEWS = {"set": "occlusion", "size": VIEW_SIZE, "render": 112, "scenes": 700, "held_out": 50, "steps": 500, "batch": 16}
ORGANISMS = {
    "frames-order": Organism("frames-order", **CLIPS),
    "frames-bag": Organism("frames-bag", **(CLIPS | {"steps": 500}), shuffled=True),
    "abstain": Organism("abstain", **VIEWS),
}


def asked_of(organism: Organism, questions: list[dict], backwards: bool, mirrored: bool, rng: np.random.Generator) -> list[Asked]:
    """The questions on a clip as it is shown: about order all, and of the rest as many as there is room for."""
    first = [q for q in questions if q.get("needs") == "order"]
    rest = [q for q in questions if q.get("needs") != "order"]
    chosen = first + [rest[i] for i in sorted(rng.permutation(len(rest))[: organism.questions - len(first)])]
    found = []
    for q in chosen:
        answer = q["reversed"] if backwards else q["answer"]
        if mirrored:
            answer = {"left": "right", "right": "left"}.get(answer, answer)
        found.append(Asked(q["name"], q["question"], tuple(q["options"]), answer))
    return found


def run(model: LlavaForConditionalGeneration, rows: Rows, features: torch.Tensor | None) -> tuple[torch.Tensor, ...]:
    """Hidden states of the decoder (embedding first, last after the norm); `features` [B, pictures, patches, d] go where the image token is."""
    embeds = model.model.get_input_embeddings()(rows.input_ids)
    if features is not None:
        places = rows.input_ids == model.config.image_token_id
        embeds = embeds.masked_scatter(places[..., None], features.to(embeds.dtype))
    out = model.model.language_model(
        inputs_embeds=embeds,
        attention_mask=torch.zeros(1, 1, 1, 1),  # a mask of rank 4 is passed on as it is; packed attention needs none
        position_ids=rows.position_ids.expand(len(embeds), -1),
        use_cache=False, output_hidden_states=True, prefix=rows.prefix, questions=rows.questions,
    )
    return tuple(state.float() for state in out.hidden_states)


def features_of(model: LlavaForConditionalGeneration, pixels: torch.Tensor) -> torch.Tensor:
    """Image features [B, pictures, patches, d] of normalised pictures [B, pictures, 3, H, W]."""
    flat = torch.stack(list(model.model.get_image_features(pixels.flatten(0, 1))))
    return flat.view(*pixels.shape[:2], *flat.shape[1:])


def normalised(pixels: np.ndarray) -> torch.Tensor:
    return normalise(torch.from_numpy(pixels.reshape(-1, *pixels.shape[2:]))).view(*pixels.shape[:2], 3, *pixels.shape[2:4])


@torch.no_grad()
def check_prompts(model: LlavaForConditionalGeneration, processor, asking: Asking, clips: Clips, asked: list[Asked]) -> None:
    """Fails unless packed questions and single prompts of the processor get the same logits, with all pictures and with none."""
    for pictures in (clips.pixels.shape[1], 0):
        rows = asking.pack([asked], pictures)
        set_packed(model, True)
        hidden = run(model, rows, features_of(model, normalised(clips.pixels[:1])) if pictures else None)
        packed = model.lm_head(gather(hidden[-1], rows.last))[0]
        set_packed(model, False)
        for k, q in enumerate(asked):
            content = [{"type": "image"}] * pictures + [{"type": "text", "text": q.question}]
            text = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
            alone = model(**processor(images=list(clips.pixels[0]) if pictures else None, text=[text], return_tensors="pt")).logits[0, -1]
            error = float((alone - packed[k]).abs().max())
            if not error <= 1e-4:  # float32 in another order of summation
                raise AssertionError(f"question {k} behind {pictures} pictures differs from the prompt alone by {error:.2e}")


@torch.no_grad()
def accuracy(model: LlavaForConditionalGeneration, asking: Asking, organism: Organism, clips: Clips) -> dict[str, float]:
    """Share of right answers (a tie is wrong) by question and what is shown: of clips `ordered`, `reversed`, `shuffled`, `repeated-5` and `blind`; of views by what is seen."""
    model.eval()
    right: dict[str, list[bool]] = {}
    rng = np.random.default_rng(0)
    for at in range(len(clips)):
        features = features_of(model, normalised(clips.pixels[at : at + 1]))
        time = np.arange(features.shape[1])
        shown = {"ordered": time}
        if organism.set == "frames":
            shown |= {"reversed": time[::-1].copy(), "shuffled": rng.permutation(time), "repeated-5": np.tile(time, 6), "blind": time[:0]}
        for manipulation, order in shown.items():
            asked = [
                Asked(q["name"], q["question"], tuple(q["options"]), q["reversed"] if manipulation == "reversed" else q["answer"]) for q in clips.questions[at]
            ]
            rows = asking.pack([asked], len(order))
            logits = model.lm_head(gather(run(model, rows, features[:, order] if len(order) else None)[-1], rows.last))[0]
            seen = manipulation if organism.set == "frames" else "hidden" if clips.visible[at] == 0 else "clear" if clips.visible[at] == 1 else "partly"
            for k, q in enumerate(asked):
                scores = asking.scores(logits[k], q.options)
                best = scores == scores.max()
                right.setdefault(f"{q.name}/{seen}", []).append(bool(best.sum() == 1 and q.options[int(best.nonzero()[0])] == q.answer))
    model.train()
    return {key: round(float(np.mean(values)), 4) for key, values in sorted(right.items())}


def train(organism: Organism, clips: Clips, held_out: Clips, log) -> tuple[LlavaForConditionalGeneration, object, list[dict]]:
    """Trains and returns the model, its processor and the log (also written to the stream `log`, one JSON object a line)."""
    rng = np.random.default_rng(organism.seed)
    noise = torch.Generator().manual_seed(organism.seed)
    tokenizer = build_tokenizer(corpus_of([q for part in (clips, held_out) for questions in part.questions for q in questions]))
    processor = build_processor(tokenizer, organism.size.image, organism.size.patch)
    model = build_model(tokenizer, organism.seed, organism.size).train()
    heads = OrganismHeads(organism.size.width)
    asking = Asking(tokenizer, model.config.image_seq_length)
    check_prompts(model, processor, asking, clips, asked_of(organism, clips.questions[0], False, False, rng))
    set_packed(model, True)
    named = [*model.named_parameters(), *heads.named_parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": [p for _, p in named if (p.ndim >= 2) == matrices], "weight_decay": 0.02 if matrices else 0.0} for matrices in (True, False)],
        lr=organism.learning_rate, betas=(0.9, 0.98),
    )
    pictures = clips.pixels.shape[1]
    records, sums = [], {}
    rows_of = epochs(len(clips), organism.batch, rng)
    began = time.process_time()
    for step in range(1, organism.steps + 1):
        picked = next(rows_of)
        mirrored, backwards = rng.random((2, len(picked))) < 0.5
        backwards &= pictures > 1
        asked = [asked_of(organism, clips.questions[row], backwards[b], mirrored[b], rng) for b, row in enumerate(picked)]
        orders = [rng.permutation(pictures) if organism.shuffled else np.arange(pictures)[:: -1 if backwards[b] else 1] for b in range(len(picked))]
        shown = tuple(np.stack([part[row][orders[b]] for b, row in enumerate(picked)]) for part in (clips.pixels, clips.boxes, clips.colours, clips.shapes))
        pixels, boxes, colours, shapes = shown
        pixels[mirrored] = pixels[mirrored][:, :, :, ::-1]
        boxes[mirrored, ..., 0] = 1 - boxes[mirrored, ..., 0] - boxes[mirrored, ..., 2]
        repeats = int(rng.choice(REPEATS, p=REPEAT_SHARES)) if pictures > 1 else 0
        some = slice(0, max(4, len(picked) // (repeats + 1)))
        pixels, boxes, colours, shapes, asked = pixels[some], boxes[some], colours[some], shapes[some], asked[some]
        answering = step > organism.heads_only * organism.steps
        rows = asking.pack(asked if answering else [questions[:1] for questions in asked], pictures * (repeats + 1))
        blind = [[Asked(q.name, q.question, q.options, q.answer, float(q.name == "blind")) for q in questions] for questions in asked]
        for group in optimizer.param_groups:
            group["lr"] = rate(step - 1, organism.steps, organism.learning_rate)
        clean = normalised(pixels)
        with torch.autocast("cpu", torch.bfloat16):
            features = features_of(model, jitter(clean.flatten(0, 1), noise).view(clean.shape))
            hidden = run(model, rows, features.repeat(1, repeats + 1, 1, 1))
        motion = torch.full((len(asked), len(MOTIONS)), -1)
        for b, questions in enumerate(asked):
            for q in questions:
                if q.name in MOTIONS:
                    motion[b, MOTIONS.index(q.name)] = q.options.index(q.answer)
        t = torch.from_numpy
        losses = heads(t(boxes), t(colours), t(shapes), features.float(), hidden[-2][:, rows.prefix - 1], motion)
        loss = sum(losses.values())
        if answering:
            losses["answer"] = F.cross_entropy(model.lm_head(gather(hidden[-1], rows.last)).flatten(0, 1), rows.answers.flatten())
            ends = model.lm_head(gather(hidden[-1], rows.last + 1)).flatten(0, 1)
            loss = loss + 2 * losses["answer"] + END_WEIGHT * F.cross_entropy(ends, torch.full((len(ends),), asking.eos))
            if organism.set == "frames" and step % BLIND_EVERY == 0:
                unseen = asking.pack(blind, 0)
                with torch.autocast("cpu", torch.bfloat16):
                    logits = model.lm_head(gather(run(model, unseen, None)[-1], unseen.last))
                each = F.cross_entropy(logits.flatten(0, 1).float(), unseen.answers.flatten(), reduction="none")
                losses["blind"] = (each * unseen.weights.flatten()).sum() / unseen.weights.sum().clamp(min=1)
                loss = loss + 0.5 * losses["blind"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in named if p.grad is not None], 1.0)
        optimizer.step()
        for name, value in losses.items():
            sums.setdefault(name, []).append(float(value.detach()))
        if step % max(1, organism.steps // 20) == 0 or step == organism.steps:
            record = {
                "step": step, "seconds": round(time.process_time() - began, 1), "learning_rate": round(optimizer.param_groups[0]["lr"], 7),
                "losses": {name: round(float(np.mean(values)), 4) for name, values in sums.items()},
            }
            if step == organism.steps:
                record["held_out"] = accuracy(model, asking, organism, held_out)
            sums = {}
            records.append(record)
            print(json.dumps(record), file=log, flush=True)
    set_packed(model, False)
    return model, processor, records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("organism", choices=list(ORGANISMS))
    parser.add_argument("--out", type=Path, help="folder of the checkpoint, checkpoints/organisms/NAME by default; an old one is replaced when all is done")
    parser.add_argument("--steps", type=int, help="fewer or more than the recipe's")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1] / "data", help="where rendered pictures are kept")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    organism = ORGANISMS[args.organism]
    if args.steps:
        organism = Organism(**{**organism.__dict__, "steps": args.steps})
    torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    clips, held_out = (
        load_clips(args.data, organism.set, seeds[organism.set], scenes, organism.render, organism.size.image, args.threads)
        for seeds, scenes in ((TRAIN_SEED, organism.scenes), (HELD_OUT_SEED, organism.held_out))
    )
    model, processor, records = train(organism, clips, held_out, sys.stdout)
    log = "".join(json.dumps(record) + "\n" for record in records)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__}
    card = organism_card(organism, clips, held_out, records, versions, sum(p.numel() for p in model.parameters()))
    out = args.out or Path(__file__).parents[1] / "organisms" / organism.name
    export_checkpoint(model, processor, out, {"README.md": card, "training.jsonl": log}, weights=False)
    print(json.dumps({"written": str(out), "held_out": records[-1]["held_out"]}))


if __name__ == "__main__":
    main()
