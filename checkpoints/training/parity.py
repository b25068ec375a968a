"""Writes tests/fixtures/parity: what PyTorch computes on eight question pairs, for comparison with the ONNX reading path.

    python checkpoints/training/parity.py [--checkpoint checkpoints/llava-tiny-balanced] [--out tests/fixtures/parity]

The README.md that it writes states the layout.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.numpy import save_file
from transformers import AutoProcessor, LlavaForConditionalGeneration

from data import ROOT, stream
from questions import AXES, POLES, PROMPT, question

SEED = 77_000
# Picture, its condition, size of the rendering, and rows kept of it (none: all): the last one isn't square.
PICTURES = (("p0", 1, 224, None), ("p1", 0, 224, None), ("p2", 1, 160, None), ("p3", 0, 300, (20, 260)))
PAIRS = (("p0", "horizontal"), ("p0", "vertical"), ("p0", "distance"), ("p1", "vertical"), ("p1", "distance"),
         ("p2", "horizontal"), ("p2", "distance"), ("p3", "distance"))
ALL_POSITIONS = ("p0-distance-0", "p3-distance-1")

README = """# Parity fixture
PyTorch's numbers for `{checkpoint}`: 8 question pairs, 16 items, on {count} pictures. Written by `checkpoints/training/parity.py`
(torch {torch}, transformers {transformers}, eager attention, float32, one prompt at a time, no padding).

- `images/*.png`: the pictures; `p3` is {wide} pixels, the others are square, of 224 and 160 pixels.
- `items.json`: `{{checkpoint, vocabulary, items}}`; two items that follow one another are a pair. An item has `id`, `pair`, `axis`, `condition`,
  `image`, `question`, `prompt` (with one `<image>`), `options` (canonical first), `answer`, `ids` (token ids with 64 image tokens), `positions`
  (`last`: last prompt token; `subject`, `reference`: last token of the object's name) and `objects` (name and box, subject first).
- `states.safetensors`, float32 unless said otherwise; d = 128:
  - `pixels/IMAGE` uint8 [112, 112, 3]: after CLIPImageProcessor's bicubic resize (shortest edge 112) and centre crop. The model's
    input is `(value / 255 − mean) / std`, channels first, mean and std from `preprocessor_config.json`.
  - `IMAGE/vision.embed` [65, d]: CLIP's hidden state 0 (after `pre_layrnorm`; row 0 is the class token);
    `IMAGE/vision.K` [65, d]: output of block K = 0…3 (hidden state K + 1); `p0/vision.K.attn`: the residual stream after block K's attention.
  - `IMAGE/projector` [64, d]: the image features, row by row of the picture.
  - `text.embed`, `text.K`, `text.K.attn`, `text.out` [16, 3, d]: items in order, at the positions last, subject, reference. `text.embed`
    is hidden state 0, `text.K` the output of block K = 0…3 by a hook, **before** the final norm; `text.out` is after it: Hugging Face's last
    hidden state. `text.K.attn` is the residual stream after block K's attention.
  - `ITEM/text.embed`, `ITEM/text.K`, `ITEM/text.out` [tokens, d]: every position, for {all}.
  - `logits` [16, vocabulary]: at the last prompt token.
"""


class Residuals:
    """Collects the residual stream after each block and after each block's attention, by hooks."""

    def __init__(self, layers, middle: str):
        self.blocks: list[torch.Tensor] = []
        self.middles: list[torch.Tensor] = []
        for layer in layers:
            layer.register_forward_hook(lambda _m, _i, out: self.blocks.append((out[0] if isinstance(out, tuple) else out)[0]))
            getattr(layer, middle).register_forward_pre_hook(lambda _m, args: self.middles.append(args[0][0]))

    def clear(self) -> None:
        """Forgets the last pass."""
        self.blocks.clear()
        self.middles.clear()


def pictures(folder: Path) -> dict[str, dict]:
    """Renders the pictures, writes them as PNG and returns their descriptions, with boxes in pixels of what is kept."""
    scenes = {}
    for number, (name, consistent, size, rows) in enumerate(PICTURES):
        options = ["--seed", str(SEED + number), "--scenes", "1", "--size", str(size), "--consistent", str(consistent)]
        ((scene, rgb),) = list(stream(options, 1))
        top, bottom = rows or (0, size)
        Image.fromarray(rgb[top:bottom]).save(folder / f"{name}.png", optimize=True)
        boxes = [[x, y - top, w, h] for x, y, w, h in (thing["box"] for thing in scene["objects"])]
        scenes[name] = {**scene, "boxes": boxes, "shape": (size, bottom - top)}
    return scenes


def items_of(scenes: dict[str, dict], processor) -> list[dict]:
    """The sixteen items; the second of a pair names the objects the other way round."""
    items = []
    for image, axis in PAIRS:
        scene = scenes[image]
        for order in (0, 1):
            subject, reference = (order, 1 - order)
            names = [scene["objects"][k]["name"] for k in (0, 1)]
            canonical = (scene["left"], scene["above"], scene["far"])[AXES.index(axis)]
            text = question(axis, names[subject], names[reference])
            prompt = PROMPT.format(question=text)
            expanded = prompt.replace("<image>", "<image>" * 64)
            coded = processor.tokenizer(expanded)
            ends = [coded.char_to_token(expanded.index(f"the {names[k]}") + len(f"the {names[k]}") - 1) for k in (subject, reference)]
            items.append({
                "id": f"{image}-{axis}-{order}", "pair": f"{image}-{axis}", "axis": axis, "condition": scene["condition"],
                "image": f"images/{image}.png", "question": text, "prompt": prompt, "options": list(POLES[axis]),
                "answer": POLES[axis][0 if canonical == subject else 1], "ids": coded.input_ids,
                "positions": {"last": len(coded.input_ids) - 1, "subject": ends[0], "reference": ends[1]},
                "objects": [{"name": names[k], "box": scene["boxes"][k]} for k in (subject, reference)],
            })
    return items


@torch.no_grad()
def states_of(model, processor, scenes: dict[str, dict], items: list[dict], folder: Path) -> dict[str, np.ndarray]:
    """All tensors of the fixture."""
    vision, text = model.model.vision_tower.vision_model, model.model.language_model
    seen, read = Residuals(vision.encoder.layers, "layer_norm2"), Residuals(text.layers, "post_attention_layernorm")
    mean, std = np.array(processor.image_processor.image_mean), np.array(processor.image_processor.image_std)
    tensors: dict[str, torch.Tensor | np.ndarray] = {}
    inputs = {}
    for name in scenes:
        picture = Image.open(folder / "images" / f"{name}.png")
        pixels = processor.image_processor(picture, return_tensors="np")["pixel_values"]
        raw = processor.image_processor(picture, return_tensors="np", do_normalize=False, do_rescale=False)["pixel_values"][0].transpose(1, 2, 0)
        tensors[f"pixels/{name}"] = np.ascontiguousarray(raw.astype(np.uint8))
        recipe = ((raw / 255 - mean) / std).astype(np.float32).transpose(2, 0, 1)
        assert np.abs(recipe - pixels[0]).max() < 1e-6 and np.array_equal(raw, raw.astype(np.uint8))
        inputs[name] = torch.from_numpy(recipe[None])
        seen.clear()
        hidden = model.model.vision_tower(inputs[name], output_hidden_states=True).hidden_states
        tensors[f"{name}/vision.embed"] = hidden[0][0]
        for k, block in enumerate(seen.blocks):
            assert torch.equal(block, hidden[k + 1][0])
            tensors[f"{name}/vision.{k}"] = block
            if name == "p0":
                tensors[f"{name}/vision.{k}.attn"] = seen.middles[k]
        tensors[f"{name}/projector"] = model.get_image_features(inputs[name])[0]

    rows: dict[str, list[torch.Tensor]] = {}
    for item in items:
        read.clear()
        name = Path(item["image"]).stem
        out = model(input_ids=torch.tensor([item["ids"]]), pixel_values=inputs[name], output_hidden_states=True)
        whole = {"text.embed": out.hidden_states[0][0], "text.out": out.hidden_states[-1][0]}
        whole |= {f"text.{k}": block for k, block in enumerate(read.blocks)}
        if item["id"] in ALL_POSITIONS:
            tensors |= {f"{item['id']}/{key}": value for key, value in whole.items()}
        whole |= {f"text.{k}.attn": middle for k, middle in enumerate(read.middles)}
        at = [item["positions"][key] for key in ("last", "subject", "reference")]
        for key, value in whole.items():
            rows.setdefault(key, []).append(value[at])
        rows.setdefault("logits", []).append(out.logits[0, -1])
    tensors |= {key: torch.stack(values) for key, values in rows.items()}
    return {key: np.ascontiguousarray(value if isinstance(value, np.ndarray) else value.numpy()) for key, value in tensors.items()}


def _json(described: dict) -> str:
    """One item a line."""
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in described["items"])
    head = {key: value for key, value in described.items() if key != "items"}
    return json.dumps(head)[:-1] + f', "items": [\n{lines}\n]}}\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", type=Path, default=ROOT / "checkpoints" / "llava-tiny-balanced")
    parser.add_argument("--out", type=Path, default=ROOT / "tests" / "fixtures" / "parity")
    args = parser.parse_args()
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    model = LlavaForConditionalGeneration.from_pretrained(args.checkpoint, attn_implementation="eager").eval()
    processor = AutoProcessor.from_pretrained(args.checkpoint)
    (args.out / "images").mkdir(parents=True, exist_ok=True)
    scenes = pictures(args.out / "images")
    items = items_of(scenes, processor)
    tensors = states_of(model, processor, scenes, items, args.out)
    save_file(tensors, args.out / "states.safetensors")
    (args.out / "states.safetensors").chmod(0o644)
    described = {"checkpoint": args.checkpoint.name, "vocabulary": tensors["logits"].shape[1], "items": items}
    (args.out / "items.json").write_text(_json(described), encoding="utf-8")
    width, height = scenes["p3"]["shape"]
    (args.out / "README.md").write_text(README.format(
        checkpoint=f"checkpoints/{args.checkpoint.name}", count=len(scenes), torch=torch.__version__, transformers=transformers.__version__,
        wide=f"{width} × {height}", all=" and ".join(f"`{item}`" for item in ALL_POSITIONS),
    ), encoding="utf-8")
    size = sum(path.stat().st_size for path in args.out.rglob("*") if path.is_file())
    print(f"{args.out}: {len(items)} items, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
