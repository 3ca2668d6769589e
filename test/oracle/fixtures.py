"""Where fixtures live and how they are written: arrays as safetensors, everything else as JSON."""

import json
import os
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM
from transformers.models.llama.modeling_llama import LlamaRMSNorm

FIXTURES = Path(__file__).parent / "fixtures"
TIED = "tiny-llama-gqa-tied"
UNTIED = "tiny-llama-gqa-untied"
SHARDED = "tiny-llama-sharded"
F16 = "tiny-llama-f16"

torch.set_num_threads(1)
# PEFT and Transformers write the path a model was loaded from into what they save: keep it relative.
os.makedirs(FIXTURES, exist_ok=True)
os.chdir(FIXTURES)


def load_tiny(name: str, dtype: torch.dtype = torch.float32):
    model = AutoModelForCausalLM.from_pretrained(name, dtype=dtype, attn_implementation="eager")
    return model.eval().requires_grad_(False)


def in_float64(model):
    """The same model in float64. `.double()` alone is not enough: Transformers' norms and its eager softmax go down
    to float32 on the way. (Rotary angles stay float32, as every implementation has them.)
    """

    def norm(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    model = model.double()
    model.set_attn_implementation("sdpa")
    for module in model.modules():
        if isinstance(module, LlamaRMSNorm):
            module.forward = norm.__get__(module)
    return model


def save_arrays(path: str, arrays: dict[str, torch.Tensor]) -> None:
    """Floating-point arrays are stored as float32 (also those computed in float64), integers as int64."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    stored = {
        name: a.detach().to(torch.float32 if a.is_floating_point() else torch.int64).contiguous().clone()
        for name, a in arrays.items()
    }
    save_file(stored, path)


def load_arrays(path: str) -> dict[str, torch.Tensor]:
    return load_file(path)


def save_json(path: str, value) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=1, ensure_ascii=False)
    # Lists of numbers on one line. (A string never holds a raw line break, so no string can match.)
    text = re.sub(r"\[\n[-+\d.,eE\s]+\]", lambda match: json.dumps(json.loads(match[0])), text)
    Path(path).write_text(text + "\n", encoding="utf-8")


def pad_rows(rows: list[list[int]], pad_id: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Right-pad to the longest row: token ids [rows, time], attention mask [rows, time], lengths [rows]."""
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.full((len(rows), int(lengths.max())), pad_id)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    mask = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).long()
    return ids, mask, lengths
