"""Hidden states of a contrast set at the last prompt token: python dump_hidden_states.py CHECKPOINT SET OUT.safetensors"""
import json, sys
from pathlib import Path
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import AutoModelForImageTextToText, AutoProcessor

checkpoint, folder, out = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
processor, model = AutoProcessor.from_pretrained(checkpoint), AutoModelForImageTextToText.from_pretrained(checkpoint).eval()
pairs = [json.loads(line) for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
items = {side["item"]: side for pair in pairs for side in (pair["first"], pair["second"])}
rows = []
for item in items.values():
    content = [{"type": "image"} for _ in item["images"]] + [{"type": "text", "text": item["question"]}]
    prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    inputs = processor(text=prompt, images=[Image.open(folder / path).convert("RGB") for path in item["images"]], return_tensors="pt")
    with torch.no_grad():
        rows.append(torch.stack([layer[0, -1] for layer in model(**inputs, output_hidden_states=True).hidden_states]))
save_file({"hidden_states": torch.stack(rows, dim=1).contiguous()}, out, {"ids": json.dumps(list(items))})  # layers × items × width
