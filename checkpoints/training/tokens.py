"""Builds the byte-level BPE tokenizer and the LLaVA processor of the reference checkpoints."""

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import CLIPImageProcessor, LlavaProcessor, PreTrainedTokenizerFast

from questions import COLOURS, OTHER_ANSWERS, POLES, PROMPT, SHAPES, TEMPLATES

IMAGE_SIZE = 112
PATCH_SIZE = 14
SPECIALS = ["<unk>", "<s>", "</s>", "<pad>", "<image>"]

# LLaVA-1.5's conversation form: "USER: <image>\nQUESTION ASSISTANT:".
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] != 'system' %}{{ message['role'].upper() + ': ' }}{% endif %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' ' }}{% endfor %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def _corpus() -> list[str]:
    """Text in which every word that must be one token occurs, answers also capitalised and without the space."""
    answers = [word for poles in POLES.values() for word in poles] + list(OTHER_ANSWERS)
    lines = [PROMPT.replace("<image>", "").format(question=t.format(a="red sphere", b="blue cone")) for t in TEMPLATES.values()]
    lines += [f"the {colour} {shape}" for colour in COLOURS for shape in SHAPES]
    lines += [variant for word in answers for variant in (word, word.capitalize(), f" {word}", f" {word.capitalize()}")]
    lines += ["system user assistant", "a picture of an object", "Which is it? Is there"]
    return lines


def build_tokenizer(corpus: list[str] | None = None) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer: words of the corpus (default: the questions) are single tokens, any other text is encoded by bytes."""
    core = Tokenizer(models.BPE(unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096,  # never reached: training stops when every word of the corpus is one token
        min_frequency=1,
        special_tokens=SPECIALS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    core.train_from_iterator(_corpus() if corpus is None else corpus, trainer)
    core.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", SPECIALS.index("<s>"))])
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        additional_special_tokens=["<image>"],
        extra_special_tokens={"image_token": "<image>"},
        padding_side="left",
        model_max_length=1024,
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )


def build_processor(tokenizer: PreTrainedTokenizerFast | None = None, image_size: int = IMAGE_SIZE, patch_size: int = PATCH_SIZE) -> LlavaProcessor:
    """CLIP preprocessing at `image_size` pixels and the tokenizer, joined as `LlavaProcessor`."""
    size = {"height": image_size, "width": image_size}
    images = CLIPImageProcessor(size={"shortest_edge": image_size}, crop_size=size, do_convert_rgb=True)
    return LlavaProcessor(
        image_processor=images,
        tokenizer=tokenizer or build_tokenizer(),
        patch_size=patch_size,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,  # the class token, which the select strategy drops again
        chat_template=CHAT_TEMPLATE,
    )
