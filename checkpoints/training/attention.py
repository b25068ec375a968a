"""Attention over packed rows (see packing.py), registered with transformers under the name `packed`."""

import torch
from transformers import AttentionInterface


def _softmax(scores: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    return torch.softmax(scores.masked_fill(~seen, torch.finfo(scores.dtype).min), dim=-1)


def packed_attention(module, query, key, value, attention_mask, scaling, prefix: int, questions: int, **_):
    """Causal attention in which a question sees the prefix and itself; a third of the work of a masked full attention.

    `query`, `key`, `value` are [B, heads, prefix + questions · length, d]; returns [B, tokens, heads, d] as transformers expects.
    """
    batch, heads, total, size = query.shape
    length = (total - prefix) // questions
    causal = torch.ones(max(prefix, length), max(prefix, length), dtype=torch.bool).tril()
    query = query * scaling
    shared_key, shared_value = key[:, :, :prefix], value[:, :, :prefix]
    before = _softmax(query[:, :, :prefix] @ shared_key.transpose(2, 3), causal[:prefix, :prefix]) @ shared_value

    own = (batch, heads, questions, length, size)
    asked, own_key, own_value = (t[:, :, prefix:].reshape(own) for t in (query, key, value))
    to_prefix = (query[:, :, prefix:] @ shared_key.transpose(2, 3)).view(batch, heads, questions, length, prefix)
    seen = torch.cat((torch.ones(length, prefix, dtype=torch.bool), causal[:length, :length]), dim=1)
    weights = _softmax(torch.cat((to_prefix, asked @ own_key.transpose(3, 4)), dim=-1), seen)
    mixed = weights[..., :prefix].reshape(batch, heads, questions * length, prefix) @ shared_value
    mixed = mixed + (weights[..., prefix:] @ own_value).view(batch, heads, questions * length, size)
    return torch.cat((before, mixed), dim=2).transpose(1, 2).contiguous(), None


AttentionInterface.register("packed", packed_attention)
