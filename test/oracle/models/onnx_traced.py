"""ONNX files by the older torch.onnx.export(dynamo=False), which traces the model: one of each older opset.

In the same environment as onnx_torch.py.
"""

import shutil
import sys
import warnings

import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from onnx_run import FOLDER, check
from onnx_torch import TextModel

EXPORTS = [
    ("gpt2", AutoModelForCausalLM, 13),
    ("llama3", AutoModelForCausalLM, 14),
    ("bert", AutoModelForMaskedLM, 15),
    ("gpt-neox", AutoModelForCausalLM, 16),
    ("opt", AutoModelForCausalLM, 17),
    ("qwen3", AutoModelForCausalLM, 18),
]
SIZES = {0: "batch", 1: "sequence"}


def make(name: str, auto, opset: int) -> None:
    folder = FOLDER / name / "onnx" / f"traced-{opset}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model = auto.from_pretrained(FOLDER / name, attn_implementation="eager").eval().requires_grad_(False)
    if hasattr(model.config, "use_cache"):
        model.config.use_cache = False
    example = torch.arange(5, 19).reshape(2, 7)
    path = folder / "model.onnx"
    torch.onnx.export(
        TextModel(model).eval(),
        (example, torch.ones_like(example)),
        str(path),
        dynamo=False,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": SIZES, "attention_mask": SIZES, "logits": SIZES},
        opset_version=opset,
    )
    shutil.copy(FOLDER / name / "config.json", folder / "config.json")
    print(f"{name}/traced-{opset} {check(name, path)}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    for export_ in EXPORTS:
        if not sys.argv[1:] or export_[0] in sys.argv[1:]:
            make(*export_)
