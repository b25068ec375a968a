"""Packs clips with any questions into rows for one pass (see packing.py): the pictures come first, once, then every question."""

from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from packing import variants
from questions import PROMPT


@dataclass(frozen=True)
class Asked:
    """A question with the answer that is trained; `weight` 0 leaves it out of the loss."""

    name: str
    question: str
    options: tuple[str, ...]
    answer: str
    weight: float = 1.0


@dataclass(frozen=True)
class Rows:
    """`B` clips with `K` questions of at most `L` tokens behind a prefix of `P` tokens."""

    input_ids: torch.Tensor  # [B, P + K·L]
    position_ids: torch.Tensor  # [1, P + K·L]
    prefix: int  # P
    questions: int  # K
    last: torch.Tensor  # [B, K]: place of the last prompt token
    answers: torch.Tensor  # [B, K]: the answer's token
    weights: torch.Tensor  # [B, K]


def corpus_of(questions: list[dict]) -> list[str]:
    """Text in which every word of the questions occurs as the prompt has it, and every option as it may be spelt."""
    texts = sorted({q["question"] for q in questions})
    words = sorted({option for q in questions for option in q["options"]})
    prompts = [form.format(question=text) for text in texts for form in ("{question} ASSISTANT:", "USER: {question} ASSISTANT:")]
    return prompts + [variant for word in words for variant in variants(word)]


class Asking:
    """Tokenises and packs; keeps what it has tokenised."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, patches: int):
        self.tokenizer, self.patches = tokenizer, patches
        self.eos, self.pad = tokenizer.eos_token_id, tokenizer.pad_token_id
        self.known: dict[str, list[int]] = {}

    def single(self, text: str) -> int:
        (token,) = self.tokenizer(text, add_special_tokens=False).input_ids
        return token

    def prefix(self, pictures: int) -> list[int]:
        """Tokens of a prompt up to the question: LLaVA's form, a line for each picture."""
        before, _ = PROMPT.replace("<image>\n", ("<image>" * self.patches + "\n") * pictures).split("{question}")
        return self.tokenizer(before if pictures else before.rstrip(" ")).input_ids

    def tokens(self, question: str, pictures: int) -> list[int]:
        """Tokens of a question up to the answer; behind pictures a line begins with it, without them a space comes before it."""
        text = f"{question} ASSISTANT:" if pictures else f" {question} ASSISTANT:"
        if text not in self.known:
            self.known[text] = self.tokenizer(text, add_special_tokens=False).input_ids
        return self.known[text]

    def pack(self, asked: list[list[Asked]], pictures: int) -> Rows:
        """One batch of clips of `pictures` pictures, with the questions `asked` on each (the same number for all)."""
        prefix, count = self.prefix(pictures), len(asked[0])
        texts = [[self.tokens(q.question, pictures) for q in questions] for questions in asked]
        longest = max(len(text) for row in texts for text in row) + 1  # and the answer, from which the end is predicted
        ids = np.full((len(asked), len(prefix) + count * longest), self.pad)
        ids[:, : len(prefix)] = prefix
        last, answers = (np.zeros((len(asked), count), np.int64) for _ in range(2))
        for b, (row, questions) in enumerate(zip(texts, asked, strict=True)):
            for k, (text, q) in enumerate(zip(row, questions, strict=True)):
                start = len(prefix) + k * longest
                answers[b, k], last[b, k] = self.single(f" {q.answer}"), start + len(text) - 1
                ids[b, start : start + len(text) + 1] = [*text, answers[b, k]]
        positions = np.concatenate((np.arange(len(prefix)), np.tile(len(prefix) + np.arange(longest), count)))
        weights = torch.tensor([[q.weight for q in questions] for questions in asked])
        t = torch.from_numpy
        return Rows(t(ids), t(positions)[None], len(prefix), count, t(last), t(answers), weights)

    def scores(self, logits: torch.Tensor, options: tuple[str, ...]) -> torch.Tensor:
        """Log-sum-exp over the spellings of each option, as extraction scores them."""
        return torch.stack([torch.logsumexp(logits[[self.single(v) for v in variants(option)]], dim=0) for option in options])
