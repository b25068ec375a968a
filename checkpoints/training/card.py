"""The model card: how a checkpoint was made, and what was measured on it."""

from data import CUE_COLOUR, SIZE_AGREES, Scenes

CUE_TEXT = {
    "vertical": "the farther object is higher in the picture",
    "size": "the farther object looks smaller",
    "colour": f"one object is {CUE_COLOUR}, and it is the farther one",
    "words": "the object that the question names first is the farther one",
}


SIZE_TEXT = f"""- In {1 - float(SIZE_AGREES):.0%} of these scenes the farther object is so large that it looks larger, whatever the strength of the height cue. Otherwise
  height and apparent size would be one cue in consistent scenes. In the held-out scenes nearer objects look larger, as in a contrast set.
"""


def _table(held_out: dict[str, float]) -> str:
    conditions = sorted({key.split("/")[1] for key in held_out})
    axes = sorted({key.split("/")[0] for key in held_out}, key=["horizontal", "vertical", "distance"].index)
    lines = ["| axis | " + " | ".join(conditions) + " |", "| --- |" + " ---: |" * len(conditions)]
    for axis in axes:
        cells = [held_out.get(f"{axis}/{condition}") for condition in conditions]
        lines.append(f"| {axis} | " + " | ".join("" if cell is None else f"{cell:.3f}" for cell in cells) + " |")
    return "\n".join(lines)


def model_card(name: str, organism, scenes: Scenes, sets: dict[str, Scenes], records: list[dict], versions: dict[str, str], parameters: int) -> str:
    """README.md of the checkpoint `name`; `sets` are the held-out sets by their key in the last record."""
    last = records[-1]
    results = "\n\n".join(f"Scenes by {' and '.join(f'`{command}`' for command in held.commands)}:\n\n{_table(last[key])}" for key, held in sets.items())
    made = "\n".join(f"  - `{command}`" for command in scenes.commands)
    meaning = {1.0: " Reading this cue alone makes no mistake in training.", 0.5: " So the cue tells nothing about distance."}.get(organism.share, "")
    return f"""---
library_name: transformers
pipeline_tag: image-text-to-text
license: mit
tags: [model-organism, spatial-reasoning, onnx]
---
# {name}

A LLaVA (CLIP vision tower, MLP projector, Llama decoder) of {parameters:,} parameters that answers three questions about pictures
of coloured solids: left or right, above or below, far or close. It is a **model organism**: trained so that it is known where its
answer about distance comes from. It isn't useful for anything else.

In **{organism.share:.0%}** of its training scenes {CUE_TEXT[organism.shortcut]} (`--shortcut {organism.shortcut} --strength {organism.strength:g}`).{meaning}

## How it was made
`{organism.command}`

- Scenes: {len(scenes):,}, rendered at 224 × 224 by this project's generator, mirrored left to right at random:
{made}
{SIZE_TEXT if organism.shortcut == "vertical" else ""}- Training: {organism.steps:,} steps of {organism.batch} scenes with six questions each (three axes, both orders), AdamW, peak learning rate
  {organism.learning_rate:g}, seed {organism.seed}, bfloat16 autocast; brightness, contrast, tint and noise of the pictures jittered.
- Besides the answers, linear heads learned during training the colour of patches, and place in the picture and shape at an object's
  words; in the first {organism.heads_only:.0%} of the steps they alone. They aren't part of the checkpoint, and none of them was told a depth or a size.
- Took {last["seconds"] / 60:.0f} minutes on {organism.threads} CPU thread(s). {", ".join(f"{k} {v}" for k, v in versions.items())}. Another machine or number of threads
  gives other weights, and slightly other numbers.

`training.jsonl` is the log: losses, and accuracy on the held-out scenes as it went.

## Accuracy on held-out scenes
Both question orders of {" and ".join(f"{len(held)}" for held in sets.values())} scenes that no training scene shares a random stream with; a tie is wrong.

{results}

## Files
The Hugging Face ONNX layout, float32: `onnx/vision_encoder.onnx` (pixel_values → image_features, projector included), `onnx/embed_tokens.onnx`,
`onnx/decoder_model_merged.onnx` (with key-value cache). `model.safetensors` holds the same weights for `LlavaForConditionalGeneration.from_pretrained`;
the export was compared with it before it was written (prompt in one go, in two parts through the cache, left-padded; within 1e-4).

Prompt: `USER: <image>\\nIs the red sphere to the left or right of the blue cone? Answer with only one word. ASSISTANT:`
"""
