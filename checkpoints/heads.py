"""Auxiliary heads, used during training only: where the named object is, and what colour a patch shows.

The answer loss alone stays at chance for tens of thousands of samples, since the answer depends on nothing until the model
can find an object by its name. The heads teach exactly that: colours of patches, and position, size in the picture and shape
at an object's word. None of them is told a depth, or which object is farther.
"""

import torch
from torch import nn
from torch.nn import functional as F

from data import Scenes
from packing import Batch
from questions import COLOURS, SHAPES


def patch_colours(scenes: Scenes, side: int) -> torch.Tensor:
    """Share of each patch that lies in the box of an object of each colour: [B, side², colours], at most 1."""
    boxes = torch.from_numpy(scenes.boxes) * side  # in patches
    grid = torch.arange(side, dtype=torch.float32)
    start, end = boxes[..., :2], boxes[..., :2] + boxes[..., 2:]
    overlap = (torch.minimum(end[..., None], grid + 1) - torch.maximum(start[..., None], grid)).clamp(min=0)  # [B, objects, xy, side]
    cover = overlap[:, :, 1, :, None] * overlap[:, :, 0, None, :]  # [B, objects, rows, columns]
    onehot = F.one_hot(torch.from_numpy(scenes.colours), len(COLOURS)).float()
    return torch.einsum("borc,bok->brck", cover, onehot).flatten(1, 2).clamp(max=1)


class Heads(nn.Module):
    """Linear heads on the image features and on the states at the objects' words."""

    def __init__(self, width: int):
        super().__init__()
        self.patch = nn.Linear(width, len(COLOURS))
        self.place = nn.Linear(width, 4)
        self.shape = nn.Linear(width, len(SHAPES))

    def forward(self, scenes: Scenes, batch: Batch, patches: torch.Tensor, states: torch.Tensor) -> dict[str, torch.Tensor]:
        """Losses by name. `patches` [B, n, d]: projected image features; `states` [B, T, d]: a middle layer of the decoder."""
        side = int(patches.shape[1] ** 0.5)
        colour = F.binary_cross_entropy_with_logits(self.patch(patches), patch_colours(scenes, side)) * len(COLOURS)
        at = batch.words.flatten(1)
        words = states.gather(1, at[..., None].expand(-1, -1, states.shape[-1]))
        which = batch.objects.flatten(1)
        boxes = torch.from_numpy(scenes.boxes[:, :2])
        target = torch.cat((boxes[..., :2] + boxes[..., 2:] / 2, boxes[..., 2:]), dim=-1)  # centre and size, of the picture's width
        target = target.gather(1, which[..., None].expand(-1, -1, 4))
        # A patch is 1/8 of the picture: in units of patches, so that size and place weigh alike.
        place = F.smooth_l1_loss(self.place(words), (target - 0.5) * side, beta=0.5)
        shapes = torch.from_numpy(scenes.shapes).gather(1, which)
        shape = F.cross_entropy(self.shape(words).flatten(0, 1), shapes.flatten())
        return {"colour": colour, "place": place, "shape": shape}
