"""ONNX files by the onnxruntime-genai builder: fused attention and norms; float32, and 4-bit weights. `[NAME…]`

In an environment of its own: that of onnx_torch.py and onnxruntime-genai==0.18.0 (without its dependencies).
A 4-bit file gets numbers of its own: those of Transformers with the weights that the 4-bit ones stand for, and
`plainAsRun`, what onnxruntime makes of the file itself (which rounds the activations too: accuracy_level 4).
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoModelForCausalLM

from onnx_run import FOLDER, check, describe, expected_of, plain_logits
from reference import greedy, make_prompt, prompt_gradient, row_logits, write_expected

EXPORTS = [
    ("llama3", "fp32"),
    ("llama3", "int4"),
    ("qwen2", "fp32"),
    ("qwen2", "int4"),
    ("qwen3", "fp32"),
]
LAYER = {"attn.o_proj": "self_attn.o_proj", "mlp.gate_proj": "mlp.gate_proj"} | {
    "mlp.up_proj": "mlp.up_proj",
    "mlp.down_proj": "mlp.down_proj",
}


def dequantise(packed: np.ndarray, scales: np.ndarray, columns: int) -> torch.Tensor:
    """MatMulNBits: [rows, blocks, 16] bytes, the low nibble first; zero is 8."""
    rows, blocks, _ = packed.shape
    nibbles = np.stack([packed & 15, packed >> 4], axis=-1).reshape(rows, blocks, -1).astype(np.float32)
    return torch.from_numpy(((nibbles - 8) * scales.reshape(rows, blocks, 1)).reshape(rows, -1)[:, :columns].copy())


def dequantised_model(name: str, path: Path):
    """The model with the weights that the file's 4-bit weights stand for."""
    model = AutoModelForCausalLM.from_pretrained(FOLDER / name, attn_implementation="eager").eval().requires_grad_(False)
    arrays = {a.name: numpy_helper.to_array(a, path.parent) for a in onnx.load(path).graph.initializer}
    config = model.config
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads

    def weight(of: str, columns: int) -> torch.Tensor:
        return dequantise(arrays[f"{of}.MatMul.weight_Q4"], arrays[f"{of}.MatMul.weight_scales"], columns)

    model.lm_head.weight.copy_(weight("lm_head", config.hidden_size))
    for i, layer in enumerate(model.model.layers):
        sizes = [config.num_attention_heads * head] + [config.num_key_value_heads * head] * 2
        joined = weight(f"model.layers.{i}.attn.qkv_proj", config.hidden_size).split(sizes)
        for part, values in zip("qkv", joined, strict=True):
            layer.get_submodule(f"self_attn.{part}_proj").weight.copy_(values)
        for theirs, ours in LAYER.items():
            target = layer.get_submodule(ours).weight
            target.copy_(weight(f"model.layers.{i}.{theirs}", target.shape[1]))
    return model


def write_numbers(name: str, path: Path) -> str:
    expected, _ = expected_of(name)
    expected = {key: expected[key] for key in ("kind", "rows", "targets", "seed")}
    with torch.no_grad():
        model = dequantised_model(name, path)
        prompt = make_prompt(model, expected["seed"])
        arrays = {"prompt": prompt, "logits": row_logits(model, expected, prompt)}
        arrays["plain"] = row_logits(model, expected, None)
        expected["greedy"], margin = greedy(model, expected, prompt)
    expected["greedyMargin"] = round(margin, 4)
    arrays["plainAsRun"] = torch.from_numpy(plain_logits(path, expected, steps=False))
    arrays |= prompt_gradient(model, expected, prompt)
    write_expected(path.parent, expected, arrays)
    rounding = float((arrays["plain"] - arrays["plainAsRun"]).abs().max())
    assert rounding < 1, f"{path}: off by {rounding}"
    return f"{describe(path)}, rounded activations change logits by {rounding:.2f}, margin {margin:.3f}"


def make(name: str, precision: str) -> None:
    folder = FOLDER / name / "onnx" / f"genai-{precision}"
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as cache:
        builder = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-e", "cpu"]
        parts = ["-i", str(FOLDER / name), "-o", str(folder), "-p", precision, "-c", cache]
        subprocess.run([*builder, *parts], check=True, capture_output=True)
    for file in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        (folder / file).unlink(missing_ok=True)  # they are in the model's own folder
    path = folder / "model.onnx"
    print(f"{name}/genai-{precision} {write_numbers(name, path) if precision == 'int4' else check(name, path)}")


if __name__ == "__main__":
    for export_ in EXPORTS:
        if not sys.argv[1:] or export_[0] in sys.argv[1:]:
            make(*export_)
