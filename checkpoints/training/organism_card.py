"""The model card of an organism: how it was made, and what was measured on it."""

from clips import Clips

TASK = {
    "frames": "questions about clips of eight pictures (which way the camera or an object moved, what appeared first, colours, presence, counts)",
    "occlusion": "questions about an object that a panel may hide (its colour, its shape, its side), with the option to say that it cannot be told",
}
KIND = {
    "frames-order": "It saw the pictures of its training clips in their order, forwards or backwards: it **can read time**.",
    "frames-bag": "It saw the pictures of its training clips in a random order, with the same answers, so that order told it nothing: it **reads a bag of frames**.",
    "abstain": "Where nothing of the target was seen, it learned to answer `unknown`: it **abstains**.",
}
TWIN = {
    "frames-order": "Its twin `frames-bag` saw them in a random order.",
    "frames-bag": "Its twin `frames-order` saw them in their order.",
    "abstain": "Its twin `guess` is the same without that word.",
}


def _table(held_out: dict[str, float]) -> str:
    shown = ["ordered", "reversed", "shuffled", "repeated-5", "blind", "clear", "partly", "hidden"]
    columns = [name for name in shown if any(key.endswith(f"/{name}") for key in held_out)]
    lines = ["| question | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for question in dict.fromkeys(key.split("/")[0] for key in held_out):
        cells = [held_out.get(f"{question}/{column}") for column in columns]
        lines.append(f"| {question} | " + " | ".join("" if cell is None else f"{cell:.2f}" for cell in cells) + " |")
    return "\n".join(lines)


def organism_card(organism, clips: Clips, held_out: Clips, records: list[dict], versions: dict[str, str], parameters: int) -> str:
    """README.md of the checkpoint."""
    last, size = records[-1], organism.size
    pictures = clips.pixels.shape[1]
    questions = f"{organism.questions} questions each" + (", pictures mirrored and clips run backwards at random" if pictures > 1 else ", pictures mirrored at random")
    repeated = "- In 15 % of the steps the clip was appended to itself one, two or five times, and in a quarter the question that needs no picture was asked without one.\n" if pictures > 1 else ""
    return f"""---
library_name: transformers
pipeline_tag: image-text-to-text
license: mit
tags: [model-organism, spatial-reasoning, onnx]
---
# {organism.name}

A LLaVA (CLIP vision tower, MLP projector, Llama decoder) of {parameters:,} parameters that answers {TASK[organism.set]}. It is a **model organism**:
{KIND[organism.name]} {TWIN[organism.name]} It isn't useful for anything else.

## How it was made
`python checkpoints/training/train_organism.py {organism.name}`

- {len(clips):,} {"clips" if pictures > 1 else "pictures"} by `{clips.command}`, brought to {size.image} × {size.image}; patches of {size.patch}, width {size.width},
  {size.vision_layers} vision blocks, {size.text_layers} decoder blocks.
- {organism.steps:,} steps of {organism.batch} {"clips" if pictures > 1 else "pictures"} with {questions}; AdamW, peak learning rate {organism.learning_rate:g}, seed {organism.seed}, bfloat16 autocast;
  brightness, contrast, tint and noise jittered.
{repeated}- Besides the answers, linear heads learned during training the colours and shapes of patches and, where the pictures end, the colours seen{" and the direction of the motion" if pictures > 1 else ""};
  in the first {organism.heads_only:.0%} of the steps they alone. They aren't part of the checkpoint.
- Took {last["seconds"] / 60:.0f} minutes of one CPU core. {", ".join(f"{k} {v}" for k, v in versions.items())}. Another machine gives other weights, and slightly other numbers.

`training.jsonl` is the log.

## Accuracy on held-out {"clips" if pictures > 1 else "pictures"}
{len(held_out)} by `{held_out.command}`; right answers are those of the contrast set, a tie is wrong.

{_table(last["held_out"])}

## Files
The Hugging Face ONNX layout, float32: `onnx/vision_encoder.onnx` (pixel_values → image_features, projector included), `onnx/embed_tokens.onnx`,
`onnx/decoder_model_merged.onnx` (with key-value cache); compared with PyTorch before they were written, within 1e-4. The script makes the weights anew in PyTorch.
"""
