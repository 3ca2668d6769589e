"""A prompt-tuning adapter of an encoder-decoder as PEFT writes it, and the logits of the model that carries it: the prompt
stands before the encoder's input, and there alone (num_transformer_submodules 1)."""

import json
import shutil
from pathlib import Path

import torch
from peft import PeftModel, PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM

from fixtures import save_arrays

FOLDER = "peft-seq2seq"
MODEL = "models/flan-t5"


def logits_of(model) -> dict:
    """At the last position of each decoder row, one row at a time."""
    expected = json.loads(Path(MODEL, "expected.json").read_text())
    arrays = {}
    with torch.no_grad():
        for i, (row, answer) in enumerate(zip(expected["rows"], expected["decoderRows"])):
            ids = torch.tensor([row])
            given = dict(input_ids=ids, attention_mask=torch.ones_like(ids), decoder_input_ids=torch.tensor([answer]))
            arrays[f"logits_{i}"] = model(**given).logits[0, -1]
    return arrays


def main() -> None:
    torch.manual_seed(0)
    shutil.rmtree(FOLDER, ignore_errors=True)
    config = PromptTuningConfig(
        task_type=TaskType.SEQ_2_SEQ_LM, num_virtual_tokens=5, num_transformer_submodules=1, prompt_tuning_init="RANDOM"
    )
    base = AutoModelForSeq2SeqLM.from_pretrained(MODEL, dtype=torch.float32)
    model = get_peft_model(base, config).eval()
    model.save_pretrained(FOLDER)
    Path(FOLDER, "README.md").unlink()
    arrays = logits_of(model)
    save_arrays(f"{FOLDER}-logits.safetensors", arrays)

    again = AutoModelForSeq2SeqLM.from_pretrained(MODEL, dtype=torch.float32)
    loaded = logits_of(PeftModel.from_pretrained(again, FOLDER).eval())
    assert all(torch.equal(loaded[name], arrays[name]) for name in arrays)


if __name__ == "__main__":
    main()
