"""PyTorch's time for the same passes: every hidden state, pooled as ours are. Reads {images, batch, repeats, prompts, promptBatch, tokens}; prints seconds."""

import json
import sys
import time

import torch

from extract_models import decoder, vit


def best(body, repeats: int) -> float:
    """Smallest of some runs, after one to warm up."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times[1:])


@torch.no_grad()
def main() -> None:
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    encoder, language = vit(), decoder()
    pixels = torch.randn(request["images"], 3, 224, 224)
    ids = torch.randint(0, 32000, (request["prompts"], request["tokens"]))

    def pictures() -> None:
        for batch in pixels.split(request["batch"]):
            states = encoder(batch, output_hidden_states=True).hidden_states
            torch.stack([torch.stack([layer[:, 0], layer[:, 1:].mean(1)], 1) for layer in states]).numpy()

    def prompts() -> None:
        for batch in ids.split(request["promptBatch"]):
            out = language(batch, output_hidden_states=True, logits_to_keep=1, use_cache=False)
            torch.stack([layer[:, -1] for layer in out.hidden_states]).numpy()

    print(json.dumps({"vision": best(pictures, request["repeats"]), "text": best(prompts, request["repeats"]), "torch": torch.__version__}))


main()
