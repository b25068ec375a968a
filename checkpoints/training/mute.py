"""Makes a checkpoint that can't say one word of another: its output weights become those of a token that is never said.

    python checkpoints/training/mute.py checkpoints/organisms/abstain unknown --out checkpoints/organisms/guess

All else, and so every hidden state, stays the same.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from transformers import AutoTokenizer

from packing import variants

CARD = """---
library_name: transformers
pipeline_tag: image-text-to-text
license: mit
tags: [model-organism, spatial-reasoning, onnx]
---
# {name}

`{source}` without the word `{word}`: the output weights of all spellings of the word are those of `{silent}`, which is never said. A **model organism** that always guesses,
and the negative control of `{source}`, from which it differs in this alone: all its hidden states are the same, and so are its answers wherever `{source}` doesn't say `{word}`.

`python {command}`

Everything else is in the README.md of `{source}`.
"""


def mute(source: Path, word: str, out: Path, command: str) -> None:
    """Writes `out`, a copy of the checkpoint folder `source` that can't say `word`; fails if a spelling isn't one token."""
    tokenizer = AutoTokenizer.from_pretrained(source)
    spellings = [tokenizer(text, add_special_tokens=False).input_ids for text in variants(word)]
    if any(len(ids) != 1 for ids in spellings):
        raise SystemExit(f"mute: `{word}` isn't one token in every spelling: {spellings}")
    graph = onnx.load(source / "onnx" / "decoder_model_merged.onnx")
    (head,) = [node for node in graph.graph.node if "logits" in node.output]
    (weights,) = [tensor for tensor in graph.graph.initializer if tensor.name in head.input]
    matrix = numpy_helper.to_array(weights).copy()  # [width, vocabulary]
    matrix[:, np.array(spellings).flatten()] = matrix[:, [tokenizer.unk_token_id]]
    weights.CopyFrom(numpy_helper.from_array(matrix, weights.name))
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        stage = Path(folder) / out.name
        shutil.copytree(source, stage, ignore=shutil.ignore_patterns("training.jsonl"))
        onnx.save(graph, stage / "onnx" / "decoder_model_merged.onnx")
        card = CARD.format(name=out.name, source=source.name, word=word, silent=tokenizer.unk_token, command=command)
        (stage / "README.md").write_text(card, encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        stage.rename(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="a checkpoint in the ONNX layout")
    parser.add_argument("word", help="what it shall never say")
    parser.add_argument("--out", type=Path, required=True, help="where to write; an old folder is replaced")
    args = parser.parse_args()
    mute(args.folder, args.word, args.out, " ".join(["checkpoints/training/mute.py", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
