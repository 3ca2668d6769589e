"""SmolLM2-135M-Instruct from its GGUF file: the model by Transformers, the tokenizer as its authors define it."""

from pathlib import Path

import torch
from gguf import GGUFReader, TokenType
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM


def load_model(gguf_path: str):
    path = Path(gguf_path).resolve()
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="sdpa"
    )
    return model.eval().requires_grad_(False)


def metadata(gguf_path: str) -> dict:
    fields = GGUFReader(gguf_path).fields
    names = ["ggml.tokens", "ggml.token_type", "ggml.merges", "chat_template"]
    return {name: fields[f"tokenizer.{name}"].contents() for name in names}


def load_tokenizer(gguf_path: str) -> Tokenizer:
    """Digits are split one by one before the byte-level step, as in SmolLM2's own tokenizer.json.

    (Transformers' conversion of the GGUF leaves that step out: long numbers then get other ids.)
    """
    data = metadata(gguf_path)
    vocabulary = {token: i for i, token in enumerate(data["ggml.tokens"])}
    merges = [tuple(merge.split(" ")) for merge in data["ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [
        AddedToken(token, special=True, normalized=False)
        for token, kind in zip(data["ggml.tokens"], data["ggml.token_type"])
        if kind == TokenType.CONTROL
    ]
    tokenizer.add_special_tokens(special)
    return tokenizer
