"""Writes dump.safetensors of notebook 4: what docs/examples/dump_hidden_states.py makes of the notebook's set, two layers of it in float16.

    npx tsx cli/main.ts generate perspective --seed 24 --scenes 20 --size 112 -p scenes.ambiguous=0 --out SET
    python docs/examples/dump_hidden_states.py checkpoints/llava-tiny-shortcut SET FULL.safetensors
    python notebooks/data/make.py FULL.safetensors notebooks/data/dump.safetensors
"""
import sys

from safetensors import safe_open
from safetensors.torch import save_file

source, target = sys.argv[1:]
with safe_open(source, "pt") as full:
    states = full.get_tensor("hidden_states")  # layers × items × width
    kept = {f"hidden_states.{layer}": states[layer].half().contiguous() for layer in (2, 4)}
    save_file(kept, target, metadata=full.metadata())
print({name: tuple(tensor.shape) for name, tensor in kept.items()})
