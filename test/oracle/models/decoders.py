"""Tiny decoders of every family, with random weights, and what they compute. `decoders.py [NAME…]`"""

from typing import NamedTuple

import torch
from tokenizers import AddedToken, Tokenizer
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    OPTConfig,
    Phi3Config,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
)

import chats
from pipelines import GPT4_LIKE, byte_fallback, byte_level
from reference import (
    chat_reference,
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

ROWS = [
    "The text is long. The text is the text that the reader reads and",
    "Für Öl:",
    "if (x != 10) {",
]
SMALL = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=128)
GATED = SMALL | dict(intermediate_size=48, rms_norm_eps=1e-5)
GQA = GATED | dict(num_key_value_heads=2)


def rope(kind: str = "default", theta: float = 10000.0, **more) -> dict:
    return {"rope_type": kind, "rope_theta": theta, **more}


GEMMA = GQA | dict(head_dim=16, query_pre_attn_scalar=24, sliding_window=4, tie_word_embeddings=True)
GEMMA2 = GEMMA | dict(attn_logit_softcapping=3.0, final_logit_softcapping=4.0, rope_parameters=rope())
GEMMA3 = GEMMA | dict(
    num_hidden_layers=4,
    intermediate_size=32,
    rope_parameters={"full_attention": rope("linear", 1e6, factor=8.0), "sliding_attention": rope(theta=1e4)},
)


class Case(NamedTuple):
    config: type[PreTrainedConfig]
    settings: dict
    tokenizer: str
    spread: float = 0.25


CASES: dict[str, Case] = {
    "llama2": Case(LlamaConfig, GATED | dict(tie_word_embeddings=False, rope_parameters=rope()), "llama2"),
    "llama3": Case(
        LlamaConfig,
        GQA
        | dict(
            head_dim=16,
            tie_word_embeddings=True,
            # Of the eight frequencies the first stays, the second is in between, the others are divided.
            rope_parameters=rope(
                "llama3",
                500000.0,
                factor=8.0,
                low_freq_factor=1.0,
                high_freq_factor=4.0,
                original_max_position_embeddings=64,
            ),
        ),
        "llama3",
    ),
    "llama-linear": Case(
        LlamaConfig,
        GQA | dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=False, rope_parameters=rope("linear", factor=4.0)),
        "metaspace",
    ),
    "llama-yarn": Case(
        LlamaConfig,
        GQA
        | dict(
            head_dim=16,
            tie_word_embeddings=True,
            rope_parameters=rope("yarn", factor=4.0, original_max_position_embeddings=32),
        ),
        "metaspace",
    ),
    "mistral": Case(
        MistralConfig,
        GQA
        | dict(
            num_hidden_layers=3,
            intermediate_size=32,
            head_dim=16,
            sliding_window=6,  # the prompt still reaches the last token, through three layers
            tie_word_embeddings=False,
            rope_parameters=rope(theta=1e6),
        ),
        "metaspace",
    ),
    "smollm3": Case(
        SmolLM3Config,
        GQA | dict(num_hidden_layers=4, intermediate_size=32, tie_word_embeddings=True, rope_parameters=rope(theta=5e6)),
        "smollm3",
        0.2,
    ),
    "qwen2": Case(  # heads of 16: onnxruntime's fused attention takes no narrower ones
        Qwen2Config,
        GQA
        | dict(num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=True, rope_parameters=rope(theta=1e6)),
        "qwen2",
    ),
    "qwen3": Case(
        Qwen3Config,
        GQA | dict(head_dim=16, tie_word_embeddings=False, rope_parameters=rope(theta=1e6)),
        "qwen3",
    ),
    "phi3": Case(
        Phi3Config,
        GQA
        | dict(
            hidden_size=64,  # heads of 16, of which 12 turn
            intermediate_size=32,
            original_max_position_embeddings=128,
            tie_word_embeddings=True,
            sliding_window=9,
            rope_parameters=rope(partial_rotary_factor=0.75),
        ),
        "phi3",
        0.2,
    ),
    "phi3-longrope": Case(
        Phi3Config,
        GATED
        | dict(
            num_key_value_heads=4,
            original_max_position_embeddings=32,
            sliding_window=None,
            tie_word_embeddings=False,
            rope_parameters=rope("longrope", short_factor=[1.0, 1.1, 1.3, 1.6], long_factor=[1.2, 2.5, 3.5, 4.0]),
        ),
        "phi3",
    ),
    "gemma2": Case(Gemma2Config, GEMMA2, "gemma", 0.2),
    "gemma3": Case(
        Gemma3TextConfig,
        GEMMA3 | dict(layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"]),
        "gemma",
        0.2,
    ),
    # GGUF knows neither Gemma's query scale nor its pattern of layers: head size and every sixth layer are meant.
    "gemma2-gguf": Case(Gemma2Config, GEMMA2 | dict(query_pre_attn_scalar=16), "gemma", 0.2),
    "gemma3-gguf": Case(Gemma3TextConfig, GEMMA3 | dict(query_pre_attn_scalar=16, num_hidden_layers=6), "gemma", 0.2),
    "gpt2": Case(GPT2Config, dict(n_embd=32, n_layer=2, n_head=4, n_positions=64), "gpt2"),
    "gpt-neox": Case(
        GPTNeoXConfig,
        SMALL | dict(intermediate_size=64, rope_parameters=rope(partial_rotary_factor=0.25), use_parallel_residual=True),
        "gpt-neox",
    ),
    "gpt-neox-sequential": Case(
        GPTNeoXConfig,
        SMALL
        | dict(
            intermediate_size=64,
            hidden_act="gelu_new",
            rope_parameters=rope(partial_rotary_factor=0.5),
            use_parallel_residual=False,
        ),
        "gpt-neox",
    ),
    "opt": Case(
        OPTConfig,
        dict(hidden_size=32, word_embed_proj_dim=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64)
        | dict(max_position_embeddings=64, do_layer_norm_before=True),
        "opt",
    ),
    "opt-post-norm": Case(
        OPTConfig,
        dict(hidden_size=32, word_embed_proj_dim=16, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64)
        | dict(max_position_embeddings=64, do_layer_norm_before=False),
        "opt",
        0.35,
    ),
}


def plain(token: str, **more) -> AddedToken:
    """An added token that is not special."""
    return AddedToken(token, normalized=True, special=False, **more)


def make_tokenizer(kind: str) -> tuple[Tokenizer, dict]:
    """The tokenizer and what tokenizer_config.json says of it."""
    if kind in ("llama2", "metaspace"):
        style = "prepend" if kind == "llama2" else "metaspace"
        names = dict(unk_token="<unk>", bos_token="<s>", eos_token="</s>")
        return byte_fallback(["<unk>", "<s>", "</s>"], style=style, before=["<s>"]), names
    if kind == "phi3":
        tokenizer = byte_fallback(["<unk>", "<s>", "</s>"], style="prepend")
        after = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
        tokenizer.add_special_tokens([AddedToken(token, rstrip=True, special=True, normalized=False) for token in after])
        return tokenizer, dict(unk_token="<unk>", bos_token="<s>", eos_token=after[0], pad_token=after[0], chat_template=chats.PHI3)
    if kind == "gemma":
        special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
        tokenizer = byte_fallback(special, style="gemma", before=["<bos>"])
        names = dict(pad_token="<pad>", eos_token="<eos>", bos_token="<bos>", unk_token="<unk>")
        return tokenizer, names | dict(chat_template=chats.GEMMA)
    if kind in ("llama3", "smollm3"):
        special = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
        names = dict(bos_token=special[0], eos_token=special[4], pad_token=special[1])
        if kind == "llama3":
            tokenizer = byte_level(
                [], last=special, split=GPT4_LIKE % "{1,3}", ignore_merges=True, before=[special[0]]
            )
            return tokenizer, names | dict(chat_template=chats.LLAMA3)
        chat = ["<|im_start|>", "<|im_end|>"]
        last = [*special, *chat, plain("<think>"), plain("</think>")]
        tokenizer = byte_level([], last=last, split=GPT4_LIKE % "{1,3}", ignore_merges=True)
        return tokenizer, dict(eos_token="<|im_end|>", pad_token="<|im_end|>", chat_template=chats.CHATML)
    if kind in ("qwen2", "qwen3"):
        last = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", plain("<tool_call>"), plain("</tool_call>")]
        tokenizer = byte_level([], last=last, split=GPT4_LIKE % "", nfc=True)
        names = dict(eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=chats.CHATML)
        return tokenizer, names | dict(jinja_file=kind == "qwen3")
    if kind == "gpt2":
        end = "<|endoftext|>"
        return byte_level([], last=[end]), dict(bos_token=end, eos_token=end, unk_token=end)
    if kind == "gpt-neox":
        end = "<|endoftext|>"
        spaces = [plain(" " * n) for n in range(6, 1, -1)]
        tokenizer = byte_level([end, "<|padding|>"], last=spaces, nfc=True)
        return tokenizer, dict(bos_token=end, eos_token=end, unk_token=end, pad_token="<|padding|>")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    names = dict(bos_token="</s>", eos_token="</s>", unk_token="</s>", pad_token="<pad>")
    return byte_level(special, before=["</s>"]), names


def make(name: str) -> None:
    case = CASES[name]
    folder = fresh(name)
    tokenizer, names = make_tokenizer(case.tokenizer)
    wrapped = write_tokenizer(folder, tokenizer, names)
    rows = cut_rows(tokenizer, ROWS)
    targets = [tokenizer.encode(word, add_special_tokens=False).ids[-1] for word in (" good", " bad", " neutral")]
    ids = {"bos_token_id": wrapped.bos_token_id, "eos_token_id": wrapped.eos_token_id, "pad_token_id": wrapped.pad_token_id}

    def build(seed: int):
        torch.manual_seed(seed)
        config = case.config(vocab_size=tokenizer.get_vocab_size(), **case.settings, **ids)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval().requires_grad_(False)
        fill(model, seed, case.spread)
        expected = {"kind": "decoder", **rows, "targets": targets}
        return model, expected, language_model_numbers(model, expected, seed)

    model, expected, arrays = with_good_seed(build)
    model.save_pretrained(folder)
    expected |= {"chats": chat_reference(wrapped), "tokenizer": tokenizer_reference(folder)}
    same_when_loaded(AutoModelForCausalLM, folder, expected, arrays)
    arrays |= prompt_gradient(model, expected, arrays["prompt"])
    write_expected(folder, expected, arrays)
    report(name, folder, expected, arrays)


if __name__ == "__main__":
    for case_name in chosen(CASES):
        make(case_name)
