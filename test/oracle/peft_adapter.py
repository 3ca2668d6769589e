"""A prompt-tuning adapter as PEFT writes it, and the logits of the model that carries it."""

import shutil
from pathlib import Path

import torch
from peft import PromptTuningConfig, PromptTuningInit, TaskType, get_peft_model
from transformers import AutoTokenizer

from fixtures import TIED, load_tiny, save_arrays, save_json

FOLDER = "peft-adapter"
TEXTS = [
    "The charger is broken, please send a new one.",
    "Wie spät ist es? 9:45",
    "for (const row of rows) total += row.price;",
]


def main() -> None:
    torch.manual_seed(0)
    shutil.rmtree(FOLDER, ignore_errors=True)
    config = PromptTuningConfig(
        task_type=TaskType.CAUSAL_LM,
        num_virtual_tokens=8,
        prompt_tuning_init=PromptTuningInit.TEXT,
        prompt_tuning_init_text="The text is short.",
        tokenizer_name_or_path=TIED,
    )
    model = get_peft_model(load_tiny(TIED), config).eval()
    (parameter,) = [p for p in model.parameters() if p.requires_grad]
    parameter.data += 0.05 * torch.randn_like(parameter)
    model.save_pretrained(FOLDER)
    Path(FOLDER, "README.md").unlink()  # the model card: a template to be filled in by people

    tokenizer = AutoTokenizer.from_pretrained(TIED)
    rows = [tokenizer(text)["input_ids"] for text in TEXTS]
    arrays = {}
    with torch.no_grad():
        for i, row in enumerate(rows):
            ids = torch.tensor([row])
            logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
            arrays[f"logits_{i}"] = logits[0, config.num_virtual_tokens :]
    save_arrays(f"{FOLDER}-logits.safetensors", arrays)
    save_json(f"{FOLDER}-texts.json", [{"text": text, "ids": row} for text, row in zip(TEXTS, rows)])


if __name__ == "__main__":
    main()
