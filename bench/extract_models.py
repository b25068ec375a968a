"""The bench's models with random weights. As a script it writes them as ONNX: {directory, vit?: {width, patch}, decoder?: false} on stdin, {} on stdout; extract-peer.py runs them in PyTorch.

ViT-S: 12 blocks of 384, 16-pixel patches of 224 x 224, so 196 and the class token. Decoder: 12 Llama blocks of 512, a vocabulary of 32,000.
"""
import contextlib
import json
import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM, ViTConfig, ViTModel


def vit(width: int = 384, patch: int = 16) -> ViTModel:
    """An encoder in PyTorch; ViT-S unless other sizes are given."""
    torch.manual_seed(0)
    config = ViTConfig(hidden_size=width, num_hidden_layers=12, num_attention_heads=width // 64, intermediate_size=4 * width, image_size=224, patch_size=patch)
    return ViTModel(config, add_pooling_layer=False).eval()


def decoder() -> LlamaForCausalLM:
    """The decoder in PyTorch."""
    torch.manual_seed(1)
    config = LlamaConfig(hidden_size=512, num_hidden_layers=12, num_attention_heads=8, num_key_value_heads=8, intermediate_size=1376, vocab_size=32000, use_cache=False)
    return LlamaForCausalLM(config).eval()


class Vit(torch.nn.Module):
    """Pictures in, tokens out."""

    def __init__(self, width: int, patch: int):
        super().__init__()
        self.model = vit(width, patch)

    def forward(self, pixel_values):
        """The last hidden state."""
        return self.model(pixel_values).last_hidden_state


class Decoder(torch.nn.Module):
    """Token ids in, logits of every token out."""

    def __init__(self):
        super().__init__()
        self.model = decoder()

    def forward(self, input_ids, attention_mask, position_ids):
        """Logits [B, T, vocabulary]."""
        return self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, use_cache=False).logits


@torch.no_grad()
def export_vit(directory: Path, width: int = 384, patch: int = 16) -> None:
    """Writes vit.onnx."""
    batch = torch.export.Dim("batch", min=1, max=256)
    torch.onnx.export(Vit(width, patch).eval(), (torch.randn(2, 3, 224, 224),), directory / "vit.onnx", input_names=["pixel_values"], output_names=["last_hidden_state"],
                      dynamic_shapes={"pixel_values": {0: batch}}, dynamo=True, external_data=False)


@torch.no_grad()
def export_decoder(directory: Path) -> None:
    """Writes decoder.onnx."""
    shape = {0: torch.export.Dim("batch", min=1, max=256), 1: torch.export.Dim("tokens", min=2, max=1024)}
    ids = torch.ones(2, 8, dtype=torch.int64)
    names = ["input_ids", "attention_mask", "position_ids"]
    torch.onnx.export(Decoder().eval(), (ids, torch.ones_like(ids), torch.arange(8).repeat(2, 1)), directory / "decoder.onnx", input_names=names, output_names=["logits"],
                      dynamic_shapes=dict.fromkeys(names, shape), dynamo=True, external_data=False)


if __name__ == "__main__":
    request = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        export_vit(Path(request["directory"]), **request.get("vit", {}))
        if request.get("decoder", True):
            export_decoder(Path(request["directory"]))
    print("{}")
