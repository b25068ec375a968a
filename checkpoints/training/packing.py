"""Turns scenes into training batches: several questions share one picture, one vision pass and one image prefix.

A packed row is `prefix | question 1 | question 2 | …`. The image comes before the question in the prompt, so its part of
the sequence is the same for all questions; `attention.py` keeps the questions apart, and every question's positions go on from
the prefix. The model computes for each question exactly what it computes for the prompt alone.
"""

from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from data import Scenes
from questions import AXES, POLES, PROMPT, question


@dataclass(frozen=True)
class Asked:
    """One question on one scene: the canonical pole is the right answer when `canonical` is true."""

    axis: str
    subject: int
    reference: int
    canonical: bool

    @property
    def first(self) -> int:
        """The object that the question names first: on distance the reference, else the subject."""
        return self.reference if self.axis == "distance" else self.subject


@dataclass(frozen=True)
class Batch:
    """Rows of `len(scenes)`; `B` scenes with `K` questions of at most `L` tokens behind a prefix of `P` tokens."""

    input_ids: torch.Tensor  # [B, P + K·L]
    position_ids: torch.Tensor  # [B, P + K·L]
    prefix: int  # P
    questions: int  # K
    last: torch.Tensor  # [B, K]: place of the last prompt token
    answers: torch.Tensor  # [B, K]: the answer's token
    options: torch.Tensor  # [B, K, 2, V]: token variants of the canonical and of the other pole
    words: torch.Tensor  # [B, K, 2, 2]: places of the first and the last word token of subject and reference
    objects: torch.Tensor  # [B, K, 2, 2]: which object these words name
    canonical: torch.Tensor  # [B, K]: whether the right answer is the canonical pole


def both_orders(scenes: Scenes, row: int, rng: np.random.Generator | None = None, first_is_far: float | None = None) -> list[Asked]:
    """The questions on a scene: every axis in both orders.

    With `first_is_far`, the distance question names the farther object first in that share, instead of both orders.
    """
    asked = [
        Asked(axis, subject, 1 - subject, bool(scenes.canonical[row, AXES.index(axis)] == subject)) for axis in AXES for subject in (0, 1)
    ]
    if first_is_far is None:
        return asked
    far = int(scenes.canonical[row, AXES.index("distance")])
    for place in (4, 5):  # the distance questions
        first = far if rng.random() < first_is_far else 1 - far
        asked[place] = Asked("distance", 1 - first, first, bool(far == 1 - first))  # the first-named object is the reference
    return asked


class Packer:
    """Tokenises and packs; keeps what it has tokenised."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, patches: int):
        self.tokenizer = tokenizer
        before, after = PROMPT.split("{question}")
        self.prefix = tokenizer(before.replace("<image>", "<image>" * patches)).input_ids
        self.after = after
        self.eos = tokenizer.eos_token_id
        self.pad = tokenizer.pad_token_id
        self.options = {axis: [[self._single(v) for v in variants(pole)] for pole in POLES[axis]] for axis in AXES}
        self.known: dict[tuple[str, str, str], tuple[list[int], list[list[int]]]] = {}

    def _single(self, text: str) -> int:
        (token,) = self.tokenizer(text, add_special_tokens=False).input_ids
        return token

    def tokens(self, axis: str, subject: str, reference: str) -> tuple[list[int], list[list[int]]]:
        """Token ids of a question up to the answer, and the places of the first and last word of subject and reference."""
        key = (axis, subject, reference)
        if key not in self.known:
            text = question(axis, subject, reference)
            coded = self.tokenizer(text + self.after, add_special_tokens=False)
            whole = self.tokenizer(PROMPT.format(question=text).replace("<image>", "<image>" * self.prefix.count(self.tokenizer.convert_tokens_to_ids("<image>")))).input_ids
            if self.prefix + coded.input_ids != whole:
                raise ValueError(f"the question does not tokenise apart from the prompt: {text!r}")
            starts = [text.index(f"the {name}") + len("the ") for name in (subject, reference)]
            words = [[coded.char_to_token(at), coded.char_to_token(at + len(name) - 1)] for at, name in zip(starts, (subject, reference))]
            self.known[key] = (coded.input_ids, words)
        return self.known[key]

    def pack(self, scenes: Scenes, asked: list[list[Asked]]) -> Batch:
        """One batch of all `scenes`, with the questions `asked` on each (the same number for all)."""
        count, prefix = len(asked[0]), len(self.prefix)
        texts = [[self.tokens(q.axis, names[q.subject], names[q.reference]) for q in qs] for names, qs in zip(scenes.names, asked, strict=True)]
        longest = max(len(t[0]) for ts in texts for t in ts) + 1  # and the answer, from which the end is predicted
        total = prefix + count * longest
        ids = np.full((len(scenes), total), self.pad)
        ids[:, :prefix] = self.prefix
        last, answers, canonical = (np.zeros((len(scenes), count), np.int64) for _ in range(3))
        words, objects = (np.zeros((len(scenes), count, 2, 2), np.int64) for _ in range(2))
        options = np.zeros((len(scenes), count, 2, 4), np.int64)
        for b, (ts, qs) in enumerate(zip(texts, asked, strict=True)):
            for k, ((tokens, places), q) in enumerate(zip(ts, qs, strict=True)):
                start = prefix + k * longest
                answer = self.options[q.axis][0 if q.canonical else 1][0]
                ids[b, start : start + len(tokens)] = tokens
                ids[b, start + len(tokens)] = answer
                last[b, k], answers[b, k] = start + len(tokens) - 1, answer
                words[b, k] = start + np.array(places)
                objects[b, k] = [[q.subject], [q.reference]]
                canonical[b, k], options[b, k] = q.canonical, self.options[q.axis]
        positions = np.concatenate((np.arange(prefix), np.tile(prefix + np.arange(longest), count)))
        t = torch.from_numpy
        return Batch(t(ids), t(positions)[None], prefix, count, t(last), t(answers), t(options), t(words), t(objects), t(canonical).bool())


def gather(states: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Rows of `states` [B, T, d] at `places` [B, K] → [B, K, d]."""
    return states.gather(1, places[..., None].expand(-1, -1, states.shape[-1]))


def variants(word: str) -> list[str]:
    """The first-token variants of an answer whose scores are added up; the first is the one trained on."""
    return [f" {word}", f" {word.capitalize()}", word, word.capitalize()]
