"""The question forms of the contrast sets, the prompt, and the words that the tokenizer must know."""

AXES = ("horizontal", "vertical", "distance")

# The two answers of an axis, canonical pole first.
POLES = {"horizontal": ("left", "right"), "vertical": ("above", "below"), "distance": ("far", "close")}

TEMPLATES = {
    "horizontal": "Is the {a} to the left or right of the {b}? Answer with only one word.",
    "vertical": "Is the {a} above or below the {b}? Answer with only one word.",
    "distance": "Compared to the {b}, is the {a} far or close from you? Answer with only one word.",
}

PROMPT = "USER: <image>\n{question} ASSISTANT:"

COLOURS = (
    "red", "green", "blue", "yellow", "cyan", "magenta", "black", "white", "orange", "purple", "pink", "brown",
    "gray", "grey", "teal", "olive", "violet",
)
SHAPES = ("sphere", "cube", "box", "cylinder", "cone", "ball", "pyramid", "block", "torus", "capsule")

# Options of the other lenses: one token each, so that no two options of a question share a first token.
OTHER_ANSWERS = ("yes", "no", "unknown", "first", "second", "front", "behind", "on", "under", "farther", "closer")


def question(axis: str, subject: str, reference: str) -> str:
    """The question of `axis` about `subject` relative to `reference`, for instance "red sphere", "blue cone"."""
    return TEMPLATES[axis].format(a=subject, b=reference)
