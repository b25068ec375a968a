"""Exports a LLaVA model in the Hugging Face ONNX layout, and refuses to write what does not equal PyTorch.

    python checkpoints/training/export.py FOLDER [--out FOLDER]

reads a folder in PyTorch's layout (model.safetensors beside config and tokenizer) and writes the ONNX layout:

- onnx/vision_encoder.onnx: pixel_values [B, 3, H, W] → image_features [B, patches, d], projector included;
- onnx/embed_tokens.onnx: input_ids [B, T] → inputs_embeds [B, T, d];
- onnx/decoder_model_merged.onnx: inputs_embeds [B, T, d], attention_mask [B, past + T], position_ids [B, T],
  past_key_values.{i}.key/value [B, heads, past, head size] → logits [B, T, vocabulary], present.{i}.key/value.
"""

import argparse
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from transformers import AutoProcessor, LlavaForConditionalGeneration, LlavaProcessor
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from questions import PROMPT, question

OPSET = 17
# float32 through four blocks in another order of summation: errors seen are about 2e-6, so this is a bar, not a fit.
TOLERANCE = 1e-4
MAX_BYTES = 15_000_000


class VisionEncoder(nn.Module):
    """pixel_values → image_features: tower, selected layer without the class token, projector."""

    def __init__(self, model: LlavaForConditionalGeneration):
        super().__init__()
        self.vision_tower = model.model.vision_tower
        self.multi_modal_projector = model.model.multi_modal_projector
        self.layer = model.config.vision_feature_layer

    def forward(self, pixel_values):
        states = self.vision_tower(pixel_values, output_hidden_states=True).hidden_states
        return self.multi_modal_projector(states[self.layer][:, 1:])


class Attention(nn.Module):
    """Llama's attention written out (MatMul, Softmax, MatMul), with the cache as plain tensors."""

    def __init__(self, attention: nn.Module):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj
        self.head_dim, self.scaling = attention.head_dim, attention.scaling

    def forward(self, states, mask, rotary, past_key, past_value):
        heads = (states.shape[0], states.shape[1], -1, self.head_dim)
        query = self.q_proj(states).view(heads).transpose(1, 2)
        key = self.k_proj(states).view(heads).transpose(1, 2)
        value = self.v_proj(states).view(heads).transpose(1, 2)
        query, key = apply_rotary_pos_emb(query, key, *rotary)
        key, value = torch.cat((past_key, key), dim=2), torch.cat((past_value, value), dim=2)
        weights = torch.softmax(query @ key.transpose(2, 3) * self.scaling + mask, dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(states.shape[0], states.shape[1], -1)
        return self.o_proj(mixed), key, value


class Block(nn.Module):
    """One decoder block: two additions to the residual stream."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = layer.input_layernorm, layer.post_attention_layernorm
        self.self_attn, self.mlp = Attention(layer.self_attn), layer.mlp

    def forward(self, states, mask, rotary, past_key, past_value):
        attended, key, value = self.self_attn(self.input_layernorm(states), mask, rotary, past_key, past_value)
        states = states + attended
        return states + self.mlp(self.post_attention_layernorm(states)), key, value


class Stack(nn.Module):
    """All blocks and the final norm; builds the causal mask and the rotary angles from the inputs."""

    def __init__(self, language_model: nn.Module):
        super().__init__()
        self.layers = nn.ModuleList(Block(layer) for layer in language_model.layers)
        self.norm = language_model.norm
        self.inv_freq = language_model.rotary_emb.inv_freq

    def forward(self, inputs_embeds, attention_mask, position_ids, past):
        rows = torch.arange(inputs_embeds.shape[1])[:, None] + past[0].shape[2]
        causal = torch.arange(attention_mask.shape[1])[None, :] <= rows
        allowed = causal[None, None] & (attention_mask[:, None, None, :] != 0)
        mask = torch.where(allowed, torch.tensor(0.0), torch.tensor(torch.finfo(torch.float32).min))
        angles = position_ids[:, :, None].to(torch.float32) * self.inv_freq
        angles = torch.cat((angles, angles), dim=-1)
        rotary = (angles.cos(), angles.sin())
        states, present = inputs_embeds, []
        for index, layer in enumerate(self.layers):
            states, key, value = layer(states, mask, rotary, past[2 * index], past[2 * index + 1])
            present += [key, value]
        return self.norm(states), present


class Decoder(nn.Module):
    """inputs_embeds and the cache → logits at every position and the new cache."""

    def __init__(self, model: LlavaForConditionalGeneration):
        super().__init__()
        self.model = Stack(model.model.language_model)
        self.lm_head = model.lm_head

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        states, present = self.model(inputs_embeds, attention_mask, position_ids, past)
        return self.lm_head(states), *present


def _write_graphs(model: LlavaForConditionalGeneration, folder: Path) -> None:
    config = model.config
    text = config.text_config
    heads, head_size = text.num_key_value_heads, text.head_dim
    size = config.vision_config.image_size
    folder.mkdir(parents=True)

    def write(name, module, args, inputs, outputs, axes):
        path = folder / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(module.eval(), args, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes,
                              opset_version=OPSET, dynamo=False)
        onnx.checker.check_model(str(path), full_check=True)

    write("vision_encoder.onnx", VisionEncoder(model), (torch.zeros(2, 3, size, size),), ["pixel_values"], ["image_features"],
          {"pixel_values": {0: "batch_size"}, "image_features": {0: "batch_size", 1: "num_image_tokens"}})
    write("embed_tokens.onnx", model.get_input_embeddings(), (torch.ones(2, 3, dtype=torch.long),), ["input_ids"], ["inputs_embeds"],
          {"input_ids": {0: "batch_size", 1: "sequence_length"}, "inputs_embeds": {0: "batch_size", 1: "sequence_length"}})

    cache = [f"{layer}.{part}" for layer in range(text.num_hidden_layers) for part in ("key", "value")]
    inputs = ["inputs_embeds", "attention_mask", "position_ids"] + [f"past_key_values.{c}" for c in cache]
    outputs = ["logits"] + [f"present.{c}" for c in cache]
    axes = {
        "inputs_embeds": {0: "batch_size", 1: "sequence_length"},
        "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
        "position_ids": {0: "batch_size", 1: "sequence_length"},
        "logits": {0: "batch_size", 1: "sequence_length"},
    }
    axes |= {f"past_key_values.{c}": {0: "batch_size", 2: "past_sequence_length"} for c in cache}
    axes |= {f"present.{c}": {0: "batch_size", 2: "total_sequence_length"} for c in cache}
    past = [torch.zeros(2, heads, 5, head_size) for _ in cache]
    args = (torch.zeros(2, 3, text.hidden_size), torch.ones(2, 8, dtype=torch.long), torch.arange(5, 8).repeat(2, 1), *past)
    write("decoder_model_merged.onnx", Decoder(model), args, inputs, outputs, axes)


class Sessions:
    """The three exported graphs in ONNX Runtime, with one call that runs a prompt."""

    def __init__(self, folder: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.vision, self.embed, self.decoder = (
            onnxruntime.InferenceSession(str(folder / "onnx" / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
            for name in ("vision_encoder", "embed_tokens", "decoder_model_merged")
        )
        self.cache = [i for i in self.decoder.get_inputs() if i.name.startswith("past_key_values.")]

    def embeds(self, input_ids: np.ndarray, pixel_values: np.ndarray, image_token: int) -> np.ndarray:
        """Token embeddings with the image features in the places of the image token."""
        features = self.vision.run(None, {"pixel_values": pixel_values})[0]
        embeds = self.embed.run(None, {"input_ids": input_ids})[0]
        embeds[input_ids == image_token] = features.reshape(-1, features.shape[-1])
        return embeds

    def decode(self, embeds: np.ndarray, mask: np.ndarray, positions: np.ndarray, past: list[np.ndarray] | None = None) -> list[np.ndarray]:
        """Logits and cache after `embeds`, given the cache before (none: empty)."""
        if past is None:
            past = [np.zeros((len(embeds), i.shape[1], 0, i.shape[3]), np.float32) for i in self.cache]
        feeds = {"inputs_embeds": embeds, "attention_mask": mask, "position_ids": positions}
        return self.decoder.run(None, feeds | {i.name: p for i, p in zip(self.cache, past, strict=True)})


def _require(name: str, got: np.ndarray, wanted: torch.Tensor) -> None:
    error = float(np.abs(got - wanted.numpy()).max()) if got.shape == tuple(wanted.shape) else float("inf")
    if not error <= TOLERANCE:
        raise SystemExit(f"export: {name} differs from PyTorch by {error:.2e} (allowed: {TOLERANCE:.0e}); nothing was written")


@torch.no_grad()
def check(model: LlavaForConditionalGeneration, processor: LlavaProcessor, folder: Path) -> None:
    """Compares the graphs in `folder` with `model`: each part, a prompt in one go, through the cache, and left-padded."""
    sessions, image_token = Sessions(folder), model.config.image_token_id
    size = model.config.vision_config.image_size
    pixels = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 3, size, size)).astype(np.float32))
    prompts = [PROMPT.format(question=question(axis, "red sphere", "blue cone")) for axis in ("vertical", "distance")]
    patches = model.config.image_seq_length
    batch = processor.tokenizer([p.replace("<image>", "<image>" * patches) for p in prompts], padding=True, return_tensors="pt")
    ids, mask = batch["input_ids"], batch["attention_mask"]
    positions = (mask.cumsum(-1) - 1).clamp(min=0)

    for count in (1, 2, 3):  # the graph was traced with a batch of 2
        some = pixels.repeat(2, 1, 1, 1)[:count]
        wanted = torch.stack(list(model.get_image_features(some)))
        _require(f"vision_encoder, batch of {count}", sessions.vision.run(None, {"pixel_values": some.numpy()})[0], wanted)
    _require("embed_tokens", sessions.embed.run(None, {"input_ids": ids.numpy()})[0], model.get_input_embeddings()(ids))

    real = mask.bool()
    wanted = model(input_ids=ids, pixel_values=pixels, attention_mask=mask, position_ids=positions).logits
    embeds = sessions.embeds(ids.numpy(), pixels.numpy(), image_token)
    got = sessions.decode(embeds, mask.numpy(), positions.numpy())
    _require("decoder, left-padded batch", got[0][real.numpy()], wanted[real])

    cut = ids.shape[1] - 7
    head = sessions.decode(embeds[:, :cut], mask[:, :cut].numpy(), positions[:, :cut].numpy())
    tail = sessions.decode(embeds[:, cut:], mask.numpy(), positions[:, cut:].numpy(), head[1:])
    both = np.concatenate((head[0], tail[0]), axis=1)
    _require("decoder, in two parts through the cache", both[real.numpy()], wanted[real])

    for row in range(2):  # alone and without padding, in the plainest call
        own = real[row]
        single = model(input_ids=ids[row, own][None], pixel_values=pixels[row][None]).logits
        length = int(own.sum())
        got = sessions.decode(embeds[row][own.numpy()][None], np.ones((1, length), np.int64), np.arange(length)[None])
        _require(f"decoder, prompt {row} alone", got[0], single)


def export_checkpoint(
    model: LlavaForConditionalGeneration, processor: LlavaProcessor, out: Path, texts: dict[str, str] | None = None, weights: bool = True
) -> None:
    """Writes the checkpoint folder `out` with extra `texts` (file name → content), with or without `model.safetensors`; `out` is replaced only when all is well."""
    model = model.eval()
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        model.save_pretrained(stage)
        processor.save_pretrained(stage)
        _write_graphs(model, stage / "onnx")
        check(model, AutoProcessor.from_pretrained(stage), stage)
        if not weights:
            (stage / "model.safetensors").unlink()
        for name, text in (texts or {}).items():
            (stage / name).write_text(text, encoding="utf-8")
        size = sum(f.stat().st_size for f in stage.rglob("*") if f.is_file())
        if size > MAX_BYTES:
            raise SystemExit(f"export: {size} bytes, more than the {MAX_BYTES} allowed; nothing was written")
        for path in (stage, *stage.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        old = out.with_name(f".{out.name}-old-{os.getpid()}")
        if out.exists():
            out.rename(old)
        stage.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="a checkpoint in PyTorch's layout")
    parser.add_argument("--out", type=Path, help="where to write; defaults to the same folder")
    args = parser.parse_args()
    model = LlavaForConditionalGeneration.from_pretrained(args.folder, attn_implementation="eager")
    kept = {f.name: f.read_text(encoding="utf-8") for f in args.folder.iterdir() if f.name in ("README.md", "training.jsonl")}
    export_checkpoint(model, AutoProcessor.from_pretrained(args.folder), args.out or args.folder, kept)


if __name__ == "__main__":
    main()
