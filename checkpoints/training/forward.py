"""One pass of the model over a packed batch; the augmentations; the accuracy on held-out scenes."""

from dataclasses import dataclass

import numpy as np
import torch
from transformers import LlavaForConditionalGeneration, LlavaProcessor

import attention  # noqa: F401 (registers `packed`)
from data import Scenes
from packing import Batch, Packer, both_orders, gather
from questions import AXES, PROMPT, question

# CLIPImageProcessor's constants, for values in [0, 1].
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])


@dataclass(frozen=True)
class Outputs:
    """States of one pass: projected patches [B, n, d], hidden states of the decoder (embedding first, last after the norm)."""

    patches: torch.Tensor
    hidden: tuple[torch.Tensor, ...]


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 [B, H, W, 3] → float [B, 3, H, W] as the image processor gives it."""
    return ((pixels.float() / 255 - MEAN) / STD).permute(0, 3, 1, 2).contiguous()


def jitter(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Brightness, contrast and tint of normalised pictures moved a little, and noise added."""
    count = len(pixels)
    gain = 1 + 0.12 * torch.randn(count, 1, 1, 1, generator=generator)
    shift = 0.15 * torch.randn(count, 1, 1, 1, generator=generator) + 0.05 * torch.randn(count, 3, 1, 1, generator=generator)
    return pixels * gain + shift + 0.05 * torch.randn(pixels.shape, generator=generator)


def run(model: LlavaForConditionalGeneration, batch: Batch, pixels: torch.Tensor) -> Outputs:
    """The packed batch through tower, projector and decoder; the model's text attention must be `packed`."""
    core = model.model
    patches = torch.stack(list(core.get_image_features(pixels)))
    embeds = core.get_input_embeddings()(batch.input_ids)
    first = int((batch.input_ids[0] == model.config.image_token_id).nonzero()[0])
    embeds = torch.cat((embeds[:, :first], patches.to(embeds.dtype), embeds[:, first + patches.shape[1] :]), dim=1)
    out = core.language_model(
        inputs_embeds=embeds,
        attention_mask=torch.zeros(1, 1, 1, 1),  # a mask of rank 4 is passed on as it is; packed attention needs none
        position_ids=batch.position_ids.expand(len(pixels), -1),
        use_cache=False, output_hidden_states=True, prefix=batch.prefix, questions=batch.questions,
    )
    return Outputs(patches.float(), tuple(state.float() for state in out.hidden_states))


def set_packed(model: LlavaForConditionalGeneration, packed: bool) -> None:
    """Switches the decoder's attention between packed rows and plain prompts."""
    model.set_attn_implementation({"vision_config": "eager", "text_config": "packed" if packed else "eager"})


@torch.no_grad()
def check_packing(model: LlavaForConditionalGeneration, processor: LlavaProcessor, packer: Packer, scenes: Scenes) -> None:
    """Fails unless packed questions and single prompts, made by the processor from a picture, get the same logits."""
    one = scenes.take(np.array([0]))
    asked = both_orders(one, 0)
    batch = packer.pack(one, [asked])
    set_packed(model, True)
    packed = model.lm_head(gather(run(model, batch, normalise(torch.from_numpy(one.pixels))).hidden[-1], batch.last))[0]
    set_packed(model, False)
    for k, q in enumerate(asked):
        text = PROMPT.format(question=question(q.axis, one.names[0][q.subject], one.names[0][q.reference]))
        alone = model(**processor(images=[one.pixels[0]], text=[text], return_tensors="pt")).logits[0, -1]
        error = float((alone - packed[k]).abs().max())
        if not error <= 1e-4:  # float32 in another order of summation; 4e-7 seen
            raise AssertionError(f"question {k} packed differs from the prompt alone by {error:.2e}")


def margins(logits: torch.Tensor, options: torch.Tensor) -> torch.Tensor:
    """Score of the canonical pole minus the other's: log-sum-exp over the token variants of each. [B, K]"""
    scores = torch.logsumexp(logits[:, :, None, :].expand(-1, -1, 2, -1).gather(-1, options), dim=-1)
    return scores[..., 0] - scores[..., 1]


@torch.no_grad()
def accuracy(model: LlavaForConditionalGeneration, packer: Packer, scenes: Scenes, by_words: bool = False, size: int = 50) -> dict[str, float]:
    """Accuracy by `axis/condition` over both question orders of every scene; a tie is wrong.

    With `by_words` a question's condition is whether the object it names first is the farther one, not the scene's own.
    """
    model.eval()
    right: dict[str, list[bool]] = {}
    for start in range(0, len(scenes), size):
        some = scenes.take(np.arange(start, min(start + size, len(scenes))))
        asked = [both_orders(some, row) for row in range(len(some))]
        batch = packer.pack(some, asked)
        out = run(model, batch, normalise(torch.from_numpy(some.pixels)))
        margin = margins(model.lm_head(gather(out.hidden[-1], batch.last)), batch.options)
        correct = torch.where(batch.canonical, margin > 0, margin < 0)
        for row, questions in enumerate(asked):
            for k, q in enumerate(questions):
                first_is_far = some.canonical[row, AXES.index("distance")] == q.first
                condition = ("agrees" if first_is_far else "disagrees") if by_words else some.conditions[row]
                right.setdefault(f"{q.axis}/{condition}", []).append(bool(correct[row, k]))
    return {key: round(float(np.mean(values)), 4) for key, values in sorted(right.items())}
