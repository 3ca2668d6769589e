"""Where fixtures live and how they are written: arrays as safetensors, everything else as JSON."""

import json
import os
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

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
    Path(path).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def pad_rows(rows: list[list[int]], pad_id: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Right-pad to the longest row: token ids [rows, time], attention mask [rows, time], lengths [rows]."""
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.full((len(rows), int(lengths.max())), pad_id)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    mask = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).long()
    return ids, mask, lengths
