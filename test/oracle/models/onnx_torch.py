"""ONNX files by torch.onnx.export(dynamo=True): plain operators of opset 20, batch and sequence of any size.

In an environment of its own: torch==2.13.0 transformers==5.23.0 onnxscript onnx_ir onnx onnxruntime.
"""

import shutil
import sys
from pathlib import Path

import onnx
import torch
from torch import nn
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM

from onnx_run import FOLDER, check, with_data_beside

# The last is written with its weights in a file beside it.
EXPORTS = [
    ("llama3", AutoModelForCausalLM),
    ("gpt2", AutoModelForCausalLM),
    ("bert", AutoModelForMaskedLM),
    ("minilm", AutoModel),
    ("gemma2", AutoModelForCausalLM),
]
BESIDE = ("gemma2",)


class TextModel(nn.Module):
    """Token ids and mask in, the first output out."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask)[0]


def without_remarks(path: Path) -> None:
    """Drops the exporter's stack traces: five times the size of the rest."""
    model = onnx.load(path)
    for holder in [model.graph, *model.graph.node, *model.graph.value_info, *model.functions]:
        del holder.metadata_props[:]
    onnx.save(model, path)


def make(name: str, auto) -> None:
    folder = FOLDER / name / "onnx" / "torch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model = auto.from_pretrained(FOLDER / name, attn_implementation="eager").eval().requires_grad_(False)
    if hasattr(model.config, "use_cache"):
        model.config.use_cache = False
    example = torch.ones([2, 7], dtype=torch.long)
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=64)}
    program = torch.onnx.export(
        TextModel(model).eval(),
        (example, example.clone()),  # one tensor for both would become one input
        dynamo=True,
        dynamic_shapes=(sizes, sizes),
        input_names=["input_ids", "attention_mask"],
        output_names=["last_hidden_state" if auto is AutoModel else "logits"],
        opset_version=20,
        verbose=False,
    )
    path = folder / "model.onnx"
    program.save(path)
    without_remarks(path)
    if name in BESIDE:
        with_data_beside(path, ".data")
    shutil.copy(FOLDER / name / "config.json", folder / "config.json")
    print(f"{name}/torch {check(name, path)}")


if __name__ == "__main__":
    for export_ in EXPORTS:
        if not sys.argv[1:] or export_[0] in sys.argv[1:]:
            make(*export_)
