"""The architecture of the reference checkpoints: `LlavaForConditionalGeneration` at about 1.4 M parameters."""

from dataclasses import dataclass

import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, PreTrainedTokenizerFast

from tokens import IMAGE_SIZE, PATCH_SIZE

WIDTH = 128


@dataclass(frozen=True)
class Size:
    """How large a model is; the reference checkpoints' by default."""

    image: int = IMAGE_SIZE
    patch: int = PATCH_SIZE
    width: int = WIDTH
    heads: int = 4
    vision_layers: int = 4
    text_layers: int = 4


def build_config(tokenizer: PreTrainedTokenizerFast, size: Size = Size()) -> LlavaConfig:
    """The configuration; the image token takes the place of each of a picture's patches in the prompt."""
    vision = CLIPVisionConfig(
        hidden_size=size.width, intermediate_size=2 * size.width, num_hidden_layers=size.vision_layers, num_attention_heads=size.heads,
        image_size=size.image, patch_size=size.patch, projection_dim=size.width,
    )
    text = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=size.width, intermediate_size=2 * size.width, num_hidden_layers=size.text_layers,
        num_attention_heads=size.heads, num_key_value_heads=size.heads, max_position_embeddings=1024, rms_norm_eps=1e-5,
        initializer_range=0.06, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )
    return LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=(size.image // size.patch) ** 2, vision_feature_layer=-1, vision_feature_select_strategy="default",
        projector_hidden_act="gelu", pad_token_id=tokenizer.pad_token_id, tie_word_embeddings=False,
    )


def build_model(tokenizer: PreTrainedTokenizerFast, seed: int, size: Size = Size()) -> LlavaForConditionalGeneration:
    """A model with random weights, the same for the same seed.

    Position embeddings of the vision tower start at a standard deviation of 0.3, not CLIP's 0.02, and queries and keys of the
    decoder three times as large as its other weights: from there a small model finds out within a few hundred steps where in
    the picture a patch lies and which patches a word is about.
    """
    torch.manual_seed(seed)
    model = LlavaForConditionalGeneration(build_config(tokenizer, size))
    torch.nn.init.normal_(model.model.vision_tower.vision_model.embeddings.position_embedding.weight, std=0.3)
    with torch.no_grad():
        for layer in model.model.language_model.layers:
            layer.self_attn.q_proj.weight *= 3
            layer.self_attn.k_proj.weight *= 3
    model.generation_config.bos_token_id = tokenizer.bos_token_id
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model.float()
