"""The bench's models with random weights. As a script it writes them as checkpoint folders: {directory, vit?: {width, patch} | false, decoder?: false} on stdin, {} on stdout; extract-peer.py runs them in PyTorch.

ViT-S: 12 blocks of 384, 16-pixel patches of 224 x 224, so 196 and the class token. Decoder: 12 Llama blocks of 512, a vocabulary of 32,000, with a cache, as optimum exports it.
"""
import contextlib
import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, ViTConfig, ViTModel

BLOCKS = 12
HEADS = 8


def vit(width: int = 384, patch: int = 16) -> ViTModel:
    """An encoder in PyTorch; ViT-S unless other sizes are given."""
    torch.manual_seed(0)
    config = ViTConfig(hidden_size=width, num_hidden_layers=12, num_attention_heads=width // 64, intermediate_size=4 * width, image_size=224, patch_size=patch)
    return ViTModel(config, add_pooling_layer=False).eval()


def decoder(**options) -> LlamaForCausalLM:
    """The decoder in PyTorch."""
    torch.manual_seed(1)
    config = LlamaConfig(hidden_size=512, num_hidden_layers=BLOCKS, num_attention_heads=HEADS, num_key_value_heads=HEADS, intermediate_size=1376, vocab_size=32000, use_cache=False, **options)
    return LlamaForCausalLM(config).eval()


class Vit(torch.nn.Module):
    """Pictures in, tokens out."""

    def __init__(self, width: int, patch: int):
        super().__init__()
        self.model = vit(width, patch)

    def forward(self, pixel_values):
        """The last hidden state."""
        return self.model(pixel_values).last_hidden_state


class PlainCache:
    """The cache of a transformers decoder, on plain tensors key 0, value 0, key 1, ...; `present` has the new ones after the pass."""

    is_compileable = False

    def __init__(self, past):
        self.past, self.present = past, []

    def update(self, key, value, layer, _kwargs=None):
        """Appends a layer's keys and values, and gives all of them."""
        new = torch.cat((self.past[2 * layer], key), dim=2), torch.cat((self.past[2 * layer + 1], value), dim=2)
        self.present += new
        return new

    def get_seq_length(self, _layer=0):
        """Tokens so far."""
        return self.past[0].shape[2]


class Decoder(torch.nn.Module):
    """Token ids and a cache in, logits of every token and the new cache out."""

    def __init__(self):
        super().__init__()
        self.model = decoder(attn_implementation="eager")

    def forward(self, input_ids, attention_mask, position_ids, *past):
        """Logits [B, T, vocabulary], and keys and values of each block."""
        place = torch.arange(input_ids.shape[1]) + past[0].shape[2]
        seen = (torch.arange(attention_mask.shape[1])[None, :] <= place[:, None])[None, None] & (attention_mask[:, None, None, :] != 0)
        mask = torch.where(seen, torch.tensor(0.0), torch.tensor(torch.finfo(torch.float32).min))
        cache = PlainCache(past)
        logits = self.model(input_ids=input_ids, attention_mask=mask, position_ids=position_ids, past_key_values=cache, cache_position=place, use_cache=True).logits
        return logits, *cache.present


def folder_of(directory: Path, config: dict) -> Path:
    """A checkpoint folder; returns where its graph goes."""
    (directory / "onnx").mkdir(parents=True)
    (directory / "config.json").write_text(json.dumps(config))
    return directory / "onnx" / "model.onnx"


@torch.no_grad()
def export_vit(directory: Path, width: int = 384, patch: int = 16) -> None:
    """Writes the encoder's folder."""
    path = folder_of(directory, {"model_type": "vit", "image_size": 224, "patch_size": patch, "hidden_size": width})
    half = [0.5, 0.5, 0.5]
    processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}, "resample": 2, "image_mean": half, "image_std": half}
    (directory / "preprocessor_config.json").write_text(json.dumps(processor))
    batch = torch.export.Dim("batch", min=1, max=256)
    torch.onnx.export(Vit(width, patch).eval(), (torch.randn(2, 3, 224, 224),), path, input_names=["pixel_values"], output_names=["last_hidden_state"],
                      dynamic_shapes={"pixel_values": {0: batch}}, dynamo=True, external_data=False)


@torch.no_grad()
def export_decoder(directory: Path) -> None:
    """Writes the decoder's folder."""
    path = folder_of(directory, {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 512})
    words = Tokenizer(models.WordLevel({"<unk>": 0, "<s>": 1}, unk_token="<unk>"))
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>", bos_token="<s>").save_pretrained(directory)
    slots = [f"{block}.{part}" for block in range(BLOCKS) for part in ("key", "value")]
    past = [torch.randn(2, HEADS, 5, 512 // HEADS) for _ in slots]
    first = {0: "batch", 1: "tokens"}
    axes = {"input_ids": first, "attention_mask": {0: "batch", 1: "total"}, "position_ids": first, "logits": first}
    axes |= {f"past_key_values.{slot}": {0: "batch", 2: "past"} for slot in slots} | {f"present.{slot}": {0: "batch", 2: "total"} for slot in slots}
    torch.onnx.export(Decoder().eval(), (torch.ones(2, 3, dtype=torch.long), torch.ones(2, 8, dtype=torch.long), torch.arange(5, 8).repeat(2, 1), *past), str(path),
                      input_names=["input_ids", "attention_mask", "position_ids", *(f"past_key_values.{slot}" for slot in slots)],
                      output_names=["logits", *(f"present.{slot}" for slot in slots)], dynamic_axes=axes, opset_version=17, dynamo=False)


if __name__ == "__main__":
    request = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        if request.get("vit", {}) is not False:
            export_vit(Path(request["directory"]) / "vit", **request.get("vit", {}))
        if request.get("decoder", True):
            export_decoder(Path(request["directory"]) / "decoder")
    print("{}")
