"""Tiny random Llama models, as safetensors folders (plain, sharded, float16) and as GGUF files.

Weights are drawn wider than Transformers' default (0.02) and norm gains are not 1, so that a wrong rotary angle,
head grouping, mask or gain changes the logits visibly.
"""

import json
import shutil
from pathlib import Path

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from fixtures import F16, FIXTURES, SHARDED, TIED, UNTIED, load_tiny, pad_rows, save_arrays

TOKENIZER_VOCABULARY = 288
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TRAINING_TEXT = [
    "The parcel arrived on Tuesday, two days late, and the box was open at one end.",
    "I would like to change the address on my order before it leaves the warehouse.",
    "Thank you for the quick answer; the second charger works and the light is green.",
    "Die Rechnung kam doppelt, bitte schreiben Sie mir den Betrag von 42,50 Euro wieder gut.",
    "Wo finde ich die Anleitung für das Gerät? Die Seite öffnet sich nicht.",
    "const total = rows.map((row) => row.price * row.count).reduce((a, b) => a + b, 0);",
    "def mean(values): return sum(values) / len(values)",
    "Room 101, floor 7, at 9:45 on 2024-03-18: 3 people, 12 chairs, 1 table.",
    "The text is short. The text is long. The text is the text that the reader reads.",
]
ROWS = [
    "The order is late.",
    "Öffnet nicht: 42 🙂",
    "return 0;",
]

# Quantised types are per 32 values of a row, so every row length is a multiple of 32.
MIXED_TYPES = {
    "token_embd": "Q8_0",
    "attn_q": "Q4_1",
    "attn_k": "Q4_0",
    "attn_v": "F16",
    "attn_output": "Q8_0",
    "ffn_gate": "Q4_0",
    "ffn_up": "Q4_1",
    "ffn_down": "BF16",
}
F32_GGUF = "tiny-llama-gguf/tiny-llama-f32.gguf"
MIXED_GGUF = "tiny-llama-gguf/tiny-llama-mixed.gguf"
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def train_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TRAINING_TEXT,
        trainers.BpeTrainer(
            vocab_size=TOKENIZER_VOCABULARY,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token=SPECIAL[0],
        bos_token=SPECIAL[1],
        eos_token=SPECIAL[2],
        pad_token=SPECIAL[2],
    )


def random_llama(seed: int, std: float, **settings) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    config = LlamaConfig(
        num_attention_heads=4,
        num_key_value_heads=2,
        rms_norm_eps=1e-5,
        attention_bias=False,
        max_position_embeddings=256,
        initializer_range=std,
        bos_token_id=1,
        eos_token_id=2,
        **settings,
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
    return model


def tied_llama() -> LlamaForCausalLM:
    return random_llama(
        seed=0,
        std=0.15,
        vocab_size=TOKENIZER_VOCABULARY,
        hidden_size=64,
        intermediate_size=32,
        num_hidden_layers=2,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=True,
    )


def untied_llama() -> LlamaForCausalLM:
    """Heads wider than hidden / heads, and a vocabulary padded beyond the tokenizer's, as real models have them."""
    return random_llama(
        seed=1,
        std=0.2,
        vocab_size=320,
        hidden_size=32,
        head_dim=16,
        intermediate_size=96,
        num_hidden_layers=3,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
        tie_word_embeddings=False,
    )


def save_reference(model, tokenizer, path: str) -> None:
    """Token ids and logits of a plain forward pass (no soft prompt) in float32."""
    ids, mask, lengths = pad_rows([tokenizer(row)["input_ids"] for row in ROWS], pad_id=2)
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask).logits
    # Logits at padding mean nothing: zero them, so that nobody compares them by accident.
    save_arrays(path, {"input_ids": ids, "lengths": lengths, "logits": logits * mask[..., None]})


def write_transformers4_config(folder: str) -> None:
    """Rewrite config.json in the form Transformers 4 wrote and most published models have."""
    path = Path(folder, "config.json")
    config = json.loads(path.read_text())
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["rope_scaling"] = None
    config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.40.0"
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def interleave(weight: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp's converter: each head's rows from half-split rotary order (Transformers) to interleaved pairs."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def gguf_tensors(model) -> dict[str, np.ndarray]:
    config = model.config
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    tensors = {
        "token_embd.weight": model.model.embed_tokens.weight.numpy(),
        "output_norm.weight": model.model.norm.weight.numpy(),
    }
    for i, layer in enumerate(model.model.layers):
        for ours, theirs in GGUF_NAMES.items():
            weight = layer.get_submodule(ours).weight.numpy()
            tensors[f"blk.{i}.{theirs}.weight"] = interleave(weight, heads[theirs]) if theirs in heads else weight
    return tensors


def write_gguf(path: str, model, tokenizer, types: dict[str, str], file_type: gguf.LlamaFileType) -> None:
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Tiny Llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_file_type(file_type)

    description = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    tokens = sorted(description["vocab"], key=description["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges([" ".join(m) if isinstance(m, list) else m for m in description["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)

    for name, weight in gguf_tensors(model).items():
        kind = next((types[part] for part in name.split(".") if part in types), "F32")
        quantised = gguf.GGMLQuantizationType[kind]
        writer.add_tensor(name, gguf.quants.quantize(weight, quantised), raw_dtype=quantised)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def load_gguf(path: str):
    """Transformers' own reading of a GGUF file: an independent check of names, types and the order of Q and K."""
    folder, name = str(Path(path).parent), Path(path).name
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval().requires_grad_(False)


def main() -> None:
    tokenizer = train_tokenizer()
    tied, untied = tied_llama(), untied_llama()
    for folder in (TIED, UNTIED, SHARDED, F16, "tiny-llama-gguf"):
        shutil.rmtree(folder, ignore_errors=True)
    tied.save_pretrained(TIED)
    untied.save_pretrained(UNTIED)
    untied.save_pretrained(SHARDED, max_shard_size="90KB")
    tied_llama().to(torch.float16).save_pretrained(F16)
    write_transformers4_config(F16)
    for folder in (TIED, UNTIED, SHARDED, F16):
        tokenizer.save_pretrained(folder)
    for folder in (TIED, UNTIED, F16):  # the sharded model has the untied one's weights
        save_reference(load_tiny(folder), tokenizer, f"{folder}/forward.safetensors")

    Path("tiny-llama-gguf").mkdir()
    tied.requires_grad_(False)
    write_gguf(F32_GGUF, tied, tokenizer, {}, gguf.LlamaFileType.ALL_F32)
    write_gguf(MIXED_GGUF, tied, tokenizer, MIXED_TYPES, gguf.LlamaFileType.MOSTLY_Q4_1)
    for name, weight in load_gguf(F32_GGUF).state_dict().items():
        assert torch.equal(weight, tied.state_dict()[name]), f"{name} did not survive the way through GGUF"
    save_reference(load_gguf(MIXED_GGUF), tokenizer, "tiny-llama-gguf/tiny-llama-mixed.forward.safetensors")


if __name__ == "__main__":
    main()
    for path in sorted(FIXTURES.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>8} {path.relative_to(FIXTURES)}")
