"""Tiny tokenizers of the kinds that Llama-family models come with, and ids of odd texts by the Rust implementation.

    tokenizer_kinds.py [SMOLLM2.gguf]

`sentencepiece`: as Llama 2 and Mistral (a normaliser writes ▁, unknown characters fall back to bytes).
`metaspace`: the same vocabulary, with the pre-tokenizer that newer conversions use.
`llama3`: a cut by regular expression, byte-level, words of the vocabulary before merge rules.
With the model file, ids of odd texts with SmolLM2's own tokenizer are written as well.
"""

import json
import random
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from fixtures import save_json
from smollm2_reference import load_tokenizer
from tiny_llama import TRAINING_TEXT

LLAMA3_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PIECES = [
    *"²½Ⅳ٣१①é🙂ßü中日\u0085\ufeff\u00a0\u200b\u2028\u3000\u00ad\u0300\u0006\u0013",
    *["👩‍👩‍👧", "’", "'s", "'S", "'ll", "'LL", "\r\n", "\n\n", "\t", "  ", "   ", " ", " the", "The", " don't"],
    *["a", "x1", "12", "2024", "3.5", "...", "!?", " (", ")", " Ö", "한국", "text", " parcel", "_", "<0x0A>", "▁"],
]


def odd_texts(count: int, seed: int, markers: list[str]) -> list[str]:
    rng = random.Random(seed)
    pieces = PIECES + markers
    return ["".join(rng.choices(pieces, k=rng.randint(1, 12))) for _ in range(count)]


def reference(tokenizer: Tokenizer, texts: list[str]) -> list[dict]:
    rows = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return [{"text": text, "ids": ids, "decoded": tokenizer.decode(ids)} for text, ids in zip(texts, rows)]


def sentencepiece() -> dict:
    marked = ["▁" + text.replace(" ", "▁") for text in TRAINING_TEXT]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trained.train_from_iterator(marked, trainers.BpeTrainer(vocab_size=160, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    special = ["<unk>", "<s>", "</s>"]
    words = special + [f"<0x{byte:02X}>" for byte in range(256)] + sorted(model["vocab"], key=model["vocab"].get)
    model |= {
        "vocab": {word: i for i, word in enumerate(words)},
        "unk_token": "<unk>",
        "fuse_unk": True,
        "byte_fallback": True,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            dict(id=i, content=word, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
            for i, word in enumerate(special)
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": begins_with("<s>", 1),
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": model,
    }


def begins_with(token: str, token_id: int) -> dict:
    processor = processors.TemplateProcessing(single=f"{token} $A", special_tokens=[(token, token_id)])
    return json.loads(processor.__getstate__())


def metaspace() -> dict:
    step = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    return sentencepiece() | {"normalizer": None, "pre_tokenizer": step}


def llama3() -> dict:
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3_WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXT, trainer)
    description = json.loads(tokenizer.to_str())
    # A word that is in the vocabulary but that no merge rule makes.
    description["model"]["vocab"]["Ġxylophone"] = 300
    return description | {"post_processor": begins_with("<s>", 0)}


def main(model: str | None) -> None:
    for name, description in {"sentencepiece": sentencepiece(), "metaspace": metaspace(), "llama3": llama3()}.items():
        folder = f"tokenizer-kinds/{name}"
        tokenizer = Tokenizer.from_str(json.dumps(description))
        texts = TRAINING_TEXT + [" a xylophone", ""] + odd_texts(150, 1, ["<s>", "</s>", " </s> "])
        save_json(f"{folder}/texts.json", reference(tokenizer, texts))
        save_json(f"{folder}/tokenizer.json", description)
        save_json(f"{folder}/tokenizer_config.json", {"bos_token": "<s>", "eos_token": {"content": "</s>"}})
    if model:
        texts = odd_texts(600, 2, ["<|im_end|>", "<|endoftext|>", "<repo_name>"])
        save_json("smollm2/odd-texts.json", reference(load_tokenizer(str(Path(model).resolve())), texts))


if __name__ == "__main__":
    main(*sys.argv[1:] or [None])
