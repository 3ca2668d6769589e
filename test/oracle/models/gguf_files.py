"""The tiny models as GGUF files, with the names, metadata and changes of weights that llama.cpp's converter makes.

`gguf_files.py [NAME…]`, after the scripts that make the models. Transformers' own reader checks what it knows to read.
"""

import json
import sys
from pathlib import Path
from typing import Callable

import gguf
import numpy as np
import torch
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

from gguf_tokenizers import add_tokenizer
from reference import FOLDER, chosen

ARCHITECTURES = {
    "llama2": "llama",
    "llama3": "llama",
    "llama-linear": "llama",
    "llama-yarn": "llama",
    "smollm3": "smollm3",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "phi3": "phi3",
    "phi3-longrope": "phi3",
    "gemma2-gguf": "gemma2",
    "gemma3-gguf": "gemma3",
    "gpt2": "gpt2",
    "gpt-neox": "gptneox",
    "minilm": "bert",
    "t5-gguf": "t5",
    "flan-t5-gguf": "t5",
}
# What Transformers 5.23 reads back, and with which class.
READABLE = {name: AutoModelForCausalLM for name in ("llama2", "llama3", "llama-linear", "llama-yarn", "qwen2", "qwen3")}
READABLE |= {name: AutoModelForCausalLM for name in ("phi3", "gemma2-gguf", "gemma3-gguf", "gpt2")}
READABLE |= {name: AutoModelForSeq2SeqLM for name in ("t5-gguf", "flan-t5-gguf")}
UNUSED = ("pooler.", "cls.", "position_ids")


def interleave(weight: np.ndarray, heads: int) -> np.ndarray:
    """Each head's rows from half-split rotary order (Transformers) to interleaved pairs."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def llama(name: str, weight: np.ndarray, config: dict) -> np.ndarray:
    if ".q_proj." in name:
        return interleave(weight, config["num_attention_heads"])
    return interleave(weight, config["num_key_value_heads"]) if ".k_proj." in name else weight


def gemma(name: str, weight: np.ndarray, config: dict) -> np.ndarray:
    return weight + 1 if name.endswith("norm.weight") else weight


def gpt2(name: str, weight: np.ndarray, config: dict) -> np.ndarray:
    return weight.T if ".c_" in name and name.endswith(".weight") else weight


def gptneox(name: str, weight: np.ndarray, config: dict) -> np.ndarray:
    """From each head's query, key and value rows together to all queries, all keys, all values."""
    if "query_key_value" not in name:
        return weight
    heads = config["num_attention_heads"]
    return weight.reshape(heads, 3, weight.shape[0] // heads // 3, -1).swapaxes(0, 1).reshape(weight.shape)


CHANGES: dict[str, Callable] = {
    "llama": llama, "smollm3": llama, "gemma2": gemma, "gemma3": gemma, "gpt2": gpt2, "gptneox": gptneox
}  # fmt: skip


def llama3_factors(config: dict) -> np.ndarray:
    """What each frequency is divided by."""
    rope = config["rope_parameters"]
    size = config["head_dim"]
    frequencies = rope["rope_theta"] ** -(np.arange(0, size, 2, dtype=np.float32) / size)
    turns = rope["original_max_position_embeddings"] * frequencies / (2 * np.pi)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32)


def extra_tensors(architecture: str, config: dict) -> dict[str, np.ndarray]:
    rope = config.get("rope_parameters", {})
    if rope.get("rope_type") == "llama3":
        return {"rope_freqs.weight": llama3_factors(config)}
    if rope.get("rope_type") == "longrope":
        lists = {"long": rope["long_factor"], "short": rope["short_factor"]}
        return {f"rope_factors_{kind}.weight": np.array(values, np.float32) for kind, values in lists.items()}
    return {}


def add_common(writer: gguf.GGUFWriter, config: dict) -> None:
    """What most families have, under the names their config.json gives it."""
    table = [
        (writer.add_context_length, ("max_position_embeddings", "n_positions")),
        (writer.add_embedding_length, ("hidden_size", "n_embd", "d_model")),
        (writer.add_feed_forward_length, ("intermediate_size", "d_ff")),
        (writer.add_block_count, ("num_hidden_layers", "n_layer", "num_layers")),
        (writer.add_head_count, ("num_attention_heads", "n_head", "num_heads")),
        (writer.add_head_count_kv, ("num_key_value_heads",)),
        (writer.add_layer_norm_rms_eps, ("rms_norm_eps",)),
        (writer.add_layer_norm_eps, ("layer_norm_eps", "layer_norm_epsilon")),
    ]
    for add, names in table:
        value = next((config[name] for name in names if config.get(name) is not None), None)
        if value is not None:
            add(value)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def add_rope_scaling(writer: gguf.GGUFWriter, rope: dict) -> None:
    """Scaling by a rule; Llama 3's and LongRoPE come as tensors."""
    kinds = {"linear": gguf.RopeScalingType.LINEAR, "yarn": gguf.RopeScalingType.YARN}
    if kind := kinds.get(rope["rope_type"]):
        writer.add_rope_scaling_type(kind)
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "yarn":
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])


def add_settings(writer: gguf.GGUFWriter, architecture: str, config: dict) -> None:
    add_common(writer, config)
    rope = config.get("rope_parameters") or {}
    head = config.get("head_dim") or config.get("hidden_size", 0) // config.get("num_attention_heads", 1)
    if architecture in ("llama", "smollm3", "qwen2", "qwen3", "phi3"):
        writer.add_rope_freq_base(rope["rope_theta"])
        add_rope_scaling(writer, rope)
    if architecture in ("llama", "smollm3"):
        writer.add_vocab_size(config["vocab_size"])
    if architecture in ("llama", "smollm3", "phi3", "gptneox"):
        writer.add_rope_dimension_count(int(head * rope.get("partial_rotary_factor", 1)))
    if config.get("head_dim"):
        writer.add_key_length(head)
        writer.add_value_length(head)
    if architecture == "phi3":
        original = config["original_max_position_embeddings"]
        writer.add_rope_scaling_orig_ctx_len(original)
        writer.add_sliding_window(config["sliding_window"] or 0)
        if rope["rope_type"] == "longrope":
            scale = config["max_position_embeddings"] / original
            writer.add_rope_scaling_attn_factors(float(np.sqrt(1 + np.log(scale) / np.log(original))))
    elif architecture == "gemma2":
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
        writer.add_sliding_window(config["sliding_window"])
    elif architecture == "gemma3":
        writer.add_rope_freq_base(rope["full_attention"]["rope_theta"])
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["full_attention"]["factor"])
        writer.add_sliding_window(config["sliding_window"])
    elif architecture == "gpt2":
        writer.add_feed_forward_length(4 * config["n_embd"])
    elif architecture == "gptneox":
        writer.add_parallel_residual(config["use_parallel_residual"])
    elif architecture == "bert":
        writer.add_causal_attention(False)
        writer.add_pooling_type(gguf.PoolingType.MEAN)
    elif architecture == "t5":
        writer.add_context_length(512)
        writer.add_decoder_block_count(config["num_decoder_layers"])
        writer.add_key_length(config["d_kv"])
        writer.add_value_length(config["d_kv"])
        writer.add_relative_attn_buckets_count(config["relative_attention_num_buckets"])
        writer.add_layer_norm_rms_eps(config["layer_norm_epsilon"])
        writer.add_decoder_start_token_id(config["decoder_start_token_id"])


def make(name: str) -> None:
    architecture = ARCHITECTURES[name]
    folder = FOLDER / name
    path = folder / "model.gguf"
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(f"Tiny {name}")
    add_settings(writer, architecture, config)
    add_tokenizer(writer, architecture, folder)

    kind = next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == architecture)
    names = gguf.get_tensor_name_map(kind, 8)
    for tensor, weight in load_file(folder / "model.safetensors").items():
        if tensor.startswith(UNUSED):
            continue
        target = names.get_name(tensor, try_suffixes=(".weight", ".bias"))
        assert target, f"{name}: no GGUF name for {tensor}"
        changed = CHANGES.get(architecture, lambda _, w, __: w)(tensor, weight, config)
        writer.add_tensor(target, np.ascontiguousarray(changed, np.float32))
    for tensor, weight in extra_tensors(architecture, config).items():
        writer.add_tensor(tensor, weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{name:14} {path.stat().st_size // 1024:>4} KB, {check(name, folder)}")


def check(name: str, folder: Path) -> str:
    """Reads the file back with Transformers and compares every weight with the safetensors."""
    if name not in READABLE:
        return "not readable by Transformers"
    auto = READABLE[name]
    original = auto.from_pretrained(folder).state_dict()
    config = AutoConfig.from_pretrained(folder)
    read = auto.from_pretrained(folder, config=config, gguf_file="model.gguf", dtype=torch.float32).state_dict()
    worst = max(float((read[key] - original[key]).abs().max()) for key in original)
    assert worst < 3e-7, f"{name}: weights differ by {worst} after the way through GGUF"  # 1 + w, and back, rounds
    return f"{len(original)} weights read back by Transformers, largest difference {worst:.0e}"


if __name__ == "__main__":
    sys.stderr = open("/dev/null", "w")
    for model_name in chosen(ARCHITECTURES):
        make(model_name)
