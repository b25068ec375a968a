"""Auxiliary heads, used during training only: where the named object is, and what colour a patch shows.

The answer loss alone stays at chance for tens of thousands of samples, since the answer depends on nothing until the model
can find an object by its name. The heads teach exactly that: colours of patches, and place in the picture and shape at an
object's words. None of them is told a depth, a size, or anything that compares two objects.
"""

import torch
from torch import nn
from torch.nn import functional as F

from data import Scenes
from packing import Batch, gather
from questions import COLOURS, SHAPES

# Hidden states of the decoder that the heads read.
LAYERS = (2, 3)


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
    """Linear heads on the image features and on the decoder's states at the objects' words, after two blocks and after three."""

    def __init__(self, width: int):
        super().__init__()
        self.patch = nn.Linear(width, len(COLOURS))
        self.place = nn.ModuleDict({str(layer): nn.Linear(width, 2) for layer in LAYERS})
        self.shape = nn.Linear(width, len(SHAPES))

    def forward(self, scenes: Scenes, batch: Batch, patches: torch.Tensor, hidden: tuple[torch.Tensor, ...]) -> dict[str, torch.Tensor]:
        """Losses by name. `patches` [B, n, d]: projected image features; `hidden`: states of the decoder, embedding first."""
        side = int(patches.shape[1] ** 0.5)
        colour = F.binary_cross_entropy_with_logits(self.patch(patches), patch_colours(scenes, side)) * len(COLOURS)
        which = batch.objects.flatten(1)
        words = {layer: gather(hidden[layer], batch.words.flatten(1)) for layer in LAYERS}
        boxes = torch.from_numpy(scenes.boxes[:, :2])
        centres = gather(boxes[..., :2] + boxes[..., 2:] / 2, which)
        # A patch is 1/8 of the picture: in units of patches, the precision that the questions ask for is about 1/2.
        place = [F.smooth_l1_loss(self.place[str(layer)](words[layer]), (centres - 0.5) * side, beta=0.5) for layer in LAYERS]
        shapes = torch.from_numpy(scenes.shapes).gather(1, which)
        shape = F.cross_entropy(self.shape(words[LAYERS[-1]]).flatten(0, 1), shapes.flatten())
        return {"colour": colour, "place": sum(place) / len(place), "shape": shape}
