"""A tokenizer.json as the metadata `tokenizer.ggml.*` of a GGUF file, as llama.cpp's converter writes it."""

import base64
import json
from pathlib import Path

import gguf

PRE_TOKENIZERS = {"llama": "llama-bpe", "smollm3": "llama-bpe", "qwen2": "qwen2", "qwen3": "qwen2"}
PRE_TOKENIZERS |= {"gpt2": "gpt-2", "gptneox": "gpt-2"}
SPECIAL = {
    "bos_token": "add_bos_token_id",
    "eos_token": "add_eos_token_id",
    "unk_token": "add_unk_token_id",
    "sep_token": "add_sep_token_id",
    "pad_token": "add_pad_token_id",
    "cls_token": "add_cls_token_id",
    "mask_token": "add_mask_token_id",
}


def token_list(tokenizer: dict) -> list[str]:
    vocab = tokenizer["model"]["vocab"]
    tokens = {id_: token for token, id_ in vocab.items()} if isinstance(vocab, dict) else dict(enumerate(v[0] for v in vocab))
    tokens |= {added["id"]: added["content"] for added in tokenizer["added_tokens"]}
    return [tokens[i] for i in range(len(tokens))]


def token_types(tokenizer: dict, tokens: list[str], unknown: str | None) -> list[gguf.TokenType]:
    types = [gguf.TokenType.BYTE if is_byte(token) else gguf.TokenType.NORMAL for token in tokens]
    for added in tokenizer["added_tokens"]:
        types[added["id"]] = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
    if unknown in tokens and tokenizer["model"]["type"] != "WordPiece":
        types[tokens.index(unknown)] = gguf.TokenType.UNKNOWN
    return types


def is_byte(token: str) -> bool:
    return len(token) == 6 and token.startswith("<0x") and token.endswith(">")


def add_tokenizer(writer: gguf.GGUFWriter, architecture: str, folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    config = json.loads((folder / "tokenizer_config.json").read_text())
    model = tokenizer["model"]
    tokens = token_list(tokenizer)
    types = token_types(tokenizer, tokens, model.get("unk_token") or config.get("unk_token"))
    if model["type"] == "WordPiece":
        add_word_piece(writer, tokens, types)
    elif model["type"] == "Unigram":
        add_unigram(writer, tokenizer, tokens, types)
    elif model.get("byte_fallback"):
        add_sentencepiece(writer, architecture, tokens, types)
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(PRE_TOKENIZERS[architecture])
        writer.add_token_list(tokens)
        writer.add_token_types(types)
        writer.add_token_merges([" ".join(merge) for merge in model["merges"]])
    add_special(writer, tokenizer, config, folder)


def add_sentencepiece(writer: gguf.GGUFWriter, architecture: str, tokens: list[str], types: list) -> None:
    """SentencePiece BPE: there are no merges; the neighbours whose join scores best are joined."""
    learned = 0
    scores = []
    for kind in types:
        scores.append(float(-learned) if kind == gguf.TokenType.NORMAL else 0.0)
        learned += kind == gguf.TokenType.NORMAL
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    if architecture in ("gemma2", "gemma3"):
        writer.add_add_space_prefix(False)


def add_unigram(writer: gguf.GGUFWriter, tokenizer: dict, tokens: list[str], types: list) -> None:
    scores = [piece[1] for piece in tokenizer["model"]["vocab"]]
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores + [-1000.0] * (len(tokens) - len(scores)))
    writer.add_token_types(types)
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_precompiled_charsmap(base64.b64decode(tokenizer["normalizer"]["precompiled_charsmap"]))


def add_word_piece(writer: gguf.GGUFWriter, tokens: list[str], types: list) -> None:
    """Beginnings of words get a ▁, continuations lose their ##."""
    marked = [
        token if kind == gguf.TokenType.CONTROL else token[2:] if token.startswith("##") else "▁" + token
        for token, kind in zip(tokens, types, strict=True)
    ]
    writer.add_token_type_count(2)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("bert-bge")
    writer.add_token_list(marked)
    writer.add_token_types(types)


def add_special(writer: gguf.GGUFWriter, tokenizer: dict, config: dict, folder: Path) -> None:
    tokens = token_list(tokenizer)
    for name, method in SPECIAL.items():
        token = config.get(name)
        if token is not None and hasattr(writer, method):
            getattr(writer, method)(tokens.index(token if isinstance(token, str) else token["content"]))
    around = template(tokenizer["post_processor"])
    if around is not None:
        at = around.index(None)
        writer.add_add_bos_token(at > 0)
        writer.add_add_eos_token(at < len(around) - 1)
    jinja = folder / "chat_template.jinja"
    chat = jinja.read_text() if jinja.exists() else config.get("chat_template")
    if chat:
        writer.add_chat_template(chat)


def template(processor: dict | None) -> list[str | None] | None:
    """The markers around a text; None stands for the text."""
    if processor is None:
        return None
    if processor["type"] == "Sequence":
        return next((found for step in processor["processors"] if (found := template(step))), None)
    if processor["type"] != "TemplateProcessing":
        return None
    return [part["SpecialToken"]["id"] if "SpecialToken" in part else None for part in processor["single"]]
