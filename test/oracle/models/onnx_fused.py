"""Exported files gone over by onnxruntime's own tools: fused attention, norms and activations; 8-bit weights.

In the environment of onnx_torch.py, after onnx_optimum.py and onnx_torch.py. Quantised files get numbers of their own
(`plainAsRun`: what onnxruntime makes of the file), the fused ones compute what the model computes.
"""

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from safetensors.numpy import save_file

from onnx_run import FOLDER, check, describe, expected_of, plain_logits

HEADS, WIDTH = 4, 32
# model, variant, made from, how
FILES = [
    ("bert", "fused", "optimum", "fuse"),
    ("bert", "fused-multi-head", "optimum", "fuse-multi-head"),
    ("minilm", "fused", "optimum", "fuse"),
    ("gpt2", "fused", "torch", "fuse"),
    ("llama3", "quantized", "optimum-with-past", "dynamic"),
    ("bert", "quantized", "optimum", "dynamic"),
    ("bert", "quantized-fused", "optimum", "dynamic-fused"),
    ("bert", "qdq", "torch", "qdq"),
]
EXPECTED_OPERATORS = {
    "bert/fused": ["EmbedLayerNormalization", "Attention", "SkipLayerNormalization", "BiasGelu"],
    "bert/fused-multi-head": ["MultiHeadAttention"],
    "gpt2/fused": ["SkipLayerNormalization", "FastGelu"],
    "llama3/quantized": ["DynamicQuantizeLinear", "MatMulInteger"],
    "bert/quantized-fused": ["DynamicQuantizeMatMul"],
    "bert/qdq": ["QuantizeLinear", "DequantizeLinear"],
}


class Rows(CalibrationDataReader):
    """The model's own rows, to find the ranges of activations."""

    def __init__(self, rows: list[list[int]]):
        self.feeds = iter([{"input_ids": np.array([ids]), "attention_mask": np.ones([1, len(ids)], np.int64)} for ids in rows])

    def get_next(self) -> dict | None:
        return next(self.feeds, None)


def fuse(name: str, source: Path, target: Path, multi_head: bool) -> None:
    kind = "gpt2" if name == "gpt2" else "bert"
    options = FusionOptions(kind)
    options.use_multi_head_attention = multi_head
    model = optimizer.optimize_model(
        str(source), model_type=kind, num_heads=HEADS, hidden_size=WIDTH, opt_level=0, optimization_options=options
    )
    model.save_model_to_file(str(target))


def fuse_quantised(source: Path, target: Path) -> None:
    """What onnxruntime itself rewrites a dynamically quantised file to, and some tools save."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "model.onnx")
        quantize_dynamic(source, plain, weight_type=QuantType.QInt8, per_channel=True)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(target)
        onnxruntime.InferenceSession(str(plain), options, providers=["CPUExecutionProvider"])


def produce(name: str, source: Path, target: Path, how: str) -> None:
    if how.startswith("fuse"):
        fuse(name, source, target, how == "fuse-multi-head")
    elif how == "dynamic":
        quantize_dynamic(source, target, weight_type=QuantType.QUInt8)
    elif how == "dynamic-fused":
        fuse_quantised(source, target)
    else:
        rows = Rows(expected_of(name)[0]["rows"])
        operators = ["MatMul", "Add"]
        quantize_static(source, target, rows, quant_format=QuantFormat.QDQ, op_types_to_quantize=operators)


def compare(name: str, path: Path, how: str) -> str:
    if how.startswith("fuse"):
        return check(name, path)
    expected, arrays = expected_of(name)
    as_run = plain_logits(path, expected, steps=False)
    save_file({"plainAsRun": as_run}, path.parent / "expected.safetensors")
    return f"{describe(path)}, quantisation changes logits by {np.abs(as_run - arrays['plain']).max():.2f}"


def make(name: str, variant: str, source: str, how: str) -> None:
    folder = FOLDER / name / "onnx" / variant
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = folder / ("model_quantized.onnx" if how == "dynamic" else "model.onnx")
    produce(name, FOLDER / name / "onnx" / source / "model.onnx", path, how)
    found = Counter(node.op_type for node in onnx.load(path).graph.node)
    missing = [operator for operator in EXPECTED_OPERATORS.get(f"{name}/{variant}", []) if operator not in found]
    assert not missing, f"{path}: no {missing} among {dict(found)}"
    print(f"{name}/{variant} {compare(name, path, how)}")


if __name__ == "__main__":
    for file in FILES:
        if not sys.argv[1:] or file[0] in sys.argv[1:]:
            make(*file)
