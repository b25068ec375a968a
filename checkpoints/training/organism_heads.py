"""Auxiliary heads of the organisms, in training only: what the pictures show, and which way things moved."""

import torch
from torch import nn
from torch.nn import functional as F

from clips import COLOURS, SHAPES

MOTIONS = ("turn", "travel", "approach")


def _cover(boxes: torch.Tensor, kinds: torch.Tensor, count: int, side: int) -> torch.Tensor:
    """Share of an object's box that lies in each patch, by kind of object: [B, frames, side², count], at most 1. Of the patch it would be next to nothing, since objects are small."""
    grid = torch.arange(side, dtype=torch.float32)
    start, end = boxes[..., :2] * side, (boxes[..., :2] + boxes[..., 2:]) * side
    overlap = (torch.minimum(end[..., None], grid + 1) - torch.maximum(start[..., None], grid)).clamp(min=0)  # [B, frames, objects, xy, side]
    areas = (boxes[..., 2] * boxes[..., 3] * side * side).clamp(min=1e-6)
    cover = overlap[..., 1, :, None] * overlap[..., 0, None, :] / areas[..., None, None]
    onehot = F.one_hot(kinds.clamp(min=0), count).float() * (kinds >= 0)[..., None]
    return torch.einsum("bforc,bfok->bfrck", cover, onehot).flatten(2, 3).clamp(max=1)


class OrganismHeads(nn.Module):
    """Linear heads on the image features (colours and shapes of patches) and on the decoder's state at the end of the pictures (colours seen, motion)."""

    def __init__(self, width: int):
        super().__init__()
        self.colour, self.shape = nn.Linear(width, len(COLOURS)), nn.Linear(width, len(SHAPES))
        self.seen, self.motion = nn.Linear(width, len(COLOURS)), nn.Linear(width, len(MOTIONS))

    def forward(self, boxes, colours, shapes, features, summary, motion) -> dict[str, torch.Tensor]:
        """Losses by name. `features` [B, frames, patches, d], `summary` [B, d]; `motion` [B, 3] is the second answer's truth, −1 where it isn't asked."""
        side = int(features.shape[2] ** 0.5)
        patch = [
            F.binary_cross_entropy_with_logits(head(features), _cover(boxes, kinds, count, side)) * count
            for head, kinds, count in ((self.colour, colours, len(COLOURS)), (self.shape, shapes, len(SHAPES)))
        ]
        onehot = F.one_hot(colours.clamp(min=0), len(COLOURS)) * (colours >= 0)[..., None]
        losses = {"colour": patch[0], "shape": patch[1], "seen": F.binary_cross_entropy_with_logits(self.seen(summary), onehot.amax(dim=(1, 2)).float())}
        asked = motion >= 0
        if asked.any():
            losses["motion"] = F.binary_cross_entropy_with_logits(self.motion(summary)[asked], motion[asked].float())
        return losses
