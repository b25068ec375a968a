"""PyTorch's time for the same passes: every hidden state, pooled as ours are. Reads {part: vision | text, images, batch, repeats, prompts, promptBatch, tokens, threads}; prints {wall, cpu}, seconds."""

import json
import sys
import time

import torch

from extract_models import decoder, vit


def best(body, repeats: int) -> dict:
    """Smallest seconds on the clock and of processor time of some runs, after one to warm up."""
    times = []
    for _ in range(repeats + 1):
        start, used = time.perf_counter(), time.process_time()
        body()
        times.append((time.perf_counter() - start, time.process_time() - used))
    wall, cpu = zip(*times[1:])
    return {"wall": min(wall), "cpu": min(cpu)}


@torch.no_grad()
def main() -> None:
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    part = request["part"]
    model = vit() if part == "vision" else decoder()
    pixels = torch.randn(request["images"], 3, 224, 224)
    ids = torch.randint(0, 32000, (request["prompts"], request["tokens"]))

    def pictures() -> None:
        for batch in pixels.split(request["batch"]):
            states = model(batch, output_hidden_states=True).hidden_states
            torch.stack([torch.stack([layer[:, 0], layer[:, 1:].mean(1)], 1) for layer in states]).numpy()

    def prompts() -> None:
        for batch in ids.split(request["promptBatch"]):
            out = model(batch, output_hidden_states=True, logits_to_keep=1, use_cache=False)
            torch.stack([layer[:, -1] for layer in out.hidden_states]).numpy()

    print(json.dumps(best(pictures if part == "vision" else prompts, request["repeats"])))


main()
