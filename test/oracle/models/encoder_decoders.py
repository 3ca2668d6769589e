"""Tiny encoder-decoders with random weights, and what they compute. `encoder_decoders.py [NAME…]`

The prompt stands before the encoder's input; each decoder row begins with the start token.
"""

import base64
import json
from typing import NamedTuple

import torch
from tokenizers import AddedToken, Regex, Tokenizer, normalizers
from torch import nn
from transformers import AutoModelForSeq2SeqLM, BartConfig, MarianConfig, MT5Config, PreTrainedConfig, T5Config

from pipelines import byte_level, unigram
from reference import (
    FOLDER,
    chosen,
    cut_rows,
    fill,
    fresh,
    language_model_numbers,
    prompt_gradient,
    report,
    same_when_loaded,
    tokenizer_reference,
    with_good_seed,
    write_expected,
    write_tokenizer,
)

ROWS = ["The text is the text that the reader reads and", "Für Öl", "if (x != 10) return"]
T5_SMALL = dict(d_model=32, d_kv=12, num_layers=2, num_decoder_layers=2, num_heads=4, d_ff=40) | dict(
    relative_attention_num_buckets=8, relative_attention_max_distance=16, decoder_start_token_id=0
)
T5_GGUF = dict(relative_attention_max_distance=128)
BART_SMALL = dict(d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4) | dict(
    decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=64
)


class Case(NamedTuple):
    config: type[PreTrainedConfig]
    settings: dict
    tokenizer: str
    untied: bool = False
    spread: float = 0.25


CASES: dict[str, Case] = {
    "t5": Case(T5Config, T5_SMALL | dict(feed_forward_proj="relu"), "t5"),
    "flan-t5": Case(T5Config, T5_SMALL | dict(num_decoder_layers=1, feed_forward_proj="gated-gelu"), "t5", True, 0.18),
    # GGUF cannot say the distance from which on all are one: its readers take 128.
    "t5-gguf": Case(T5Config, T5_SMALL | T5_GGUF | dict(feed_forward_proj="relu"), "t5"),
    "flan-t5-gguf": Case(
        T5Config, T5_SMALL | T5_GGUF | dict(num_decoder_layers=1, feed_forward_proj="gated-gelu"), "t5", True, 0.18
    ),
    "mt5": Case(MT5Config, T5_SMALL | dict(d_kv=8, num_heads=3, feed_forward_proj="gated-gelu"), "mt5", True, 0.18),
    "bart": Case(BartConfig, BART_SMALL | dict(activation_function="gelu", decoder_start_token_id=2), "bart"),
    "marian": Case(
        MarianConfig,
        BART_SMALL | dict(activation_function="swish", scale_embedding=True),
        "marian",
        spread=0.2,
    ),
}


def charsmap() -> bytes:
    return base64.b64decode(json.loads((FOLDER / "charsmap.json").read_text()))


def make_tokenizer(kind: str) -> tuple[Tokenizer, dict]:
    """The tokenizer and what tokenizer_config.json says of it."""
    if kind == "bart":
        mask = AddedToken("<mask>", lstrip=True, normalized=False, special=True)
        tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>"], last=[mask], roberta=True)
        names = dict(bos_token="<s>", eos_token="</s>", sep_token="</s>", cls_token="<s>", unk_token="<unk>")
        return tokenizer, names | dict(pad_token="<pad>", mask_token=mask)
    names = dict(eos_token="</s>", unk_token="<unk>", pad_token="<pad>")
    table = normalizers.Precompiled(charsmap())
    if kind == "t5":
        tokenizer = unigram(["<pad>", "</s>", "<unk>"], unknown="<unk>", normalizer=table, after=["</s>"])
        tokenizer.add_special_tokens([f"<extra_id_{i}>" for i in range(7, -1, -1)])
    elif kind == "mt5":
        one_space = normalizers.Sequence([table, normalizers.Replace(Regex(" {2,}"), " ")])
        tokenizer = unigram(
            ["<pad>", "</s>", "<unk>"],
            unknown="<unk>",
            normalizer=one_space,
            after=["</s>"],
            byte_pieces=True,
            size=400,
        )
    else:
        tokenizer = unigram(["</s>", "<unk>"], unknown="<unk>", normalizer=table, after=["</s>"])
        tokenizer.add_special_tokens(["<pad>"])
    return tokenizer, names


def build_model(case: Case, ids: dict, seed: int):
    torch.manual_seed(seed)
    config = case.config(**case.settings, **ids)
    model = AutoModelForSeq2SeqLM.from_config(config, attn_implementation="eager").eval()
    if case.untied:  # Transformers 5 ties every T5 that it makes, and keeps apart what a file has apart
        model.lm_head.weight = nn.Parameter(torch.empty_like(model.lm_head.weight))
        if case.config is T5Config:
            config.scale_decoder_outputs = False
    model.requires_grad_(False)
    fill(model, seed, case.spread)
    generator = torch.Generator().manual_seed(3000 + seed)
    for name, parameter in model.named_parameters():
        if "relative_attention_bias" in name:
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
        if name.startswith("model.decoder") and ".self_attn." in name and parameter.dim() > 1:
            parameter.mul_(2.5)  # else BART and Marian say one word again and again
    return model


def as_published(folder, case: Case) -> None:
    """What the config.json of published models says of an untied head, and of a tied one by saying nothing."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    if config["model_type"] in ("t5", "mt5"):
        for name in ("tie_word_embeddings", "scale_decoder_outputs"):
            config.pop(name, None)
        if case.untied:
            config["tie_word_embeddings"] = False
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make(name: str) -> None:
    case = CASES[name]
    folder = fresh(name)
    tokenizer, names = make_tokenizer(case.tokenizer)
    wrapped = write_tokenizer(folder, tokenizer, names)
    ids = dict(vocab_size=tokenizer.get_vocab_size(), pad_token_id=wrapped.pad_token_id, eos_token_id=wrapped.eos_token_id)
    if case.tokenizer == "bart":
        ids |= dict(bos_token_id=wrapped.bos_token_id, forced_eos_token_id=wrapped.eos_token_id)
    if case.tokenizer == "marian":
        ids |= dict(decoder_start_token_id=wrapped.pad_token_id, forced_eos_token_id=wrapped.eos_token_id)
    rows = cut_rows(tokenizer, ROWS)
    answers = [tokenizer.encode(text, add_special_tokens=False).ids for text in ("good text", "neutral", "bad and")]
    start = ids.get("decoder_start_token_id", case.settings.get("decoder_start_token_id"))
    common = {
        "kind": "encoder-decoder",
        **rows,
        "decoderRows": [[start, *answer[:2]] if i else [start] for i, answer in enumerate(answers)],
        "targets": [answer[2 if i else 0] for i, answer in enumerate(answers)],
    }

    def build(seed: int):
        model = build_model(case, ids, seed)
        return model, common, language_model_numbers(model, common, seed)

    model, expected, arrays = with_good_seed(build)
    model.save_pretrained(folder)
    as_published(folder, case)
    same_when_loaded(AutoModelForSeq2SeqLM, folder, expected, arrays)
    expected["tokenizer"] = tokenizer_reference(folder)
    arrays |= prompt_gradient(model, expected, arrays["prompt"])
    write_expected(folder, expected, arrays)
    report(name, folder, expected, arrays)


if __name__ == "__main__":
    for case_name in chosen(CASES):
        make(case_name)
