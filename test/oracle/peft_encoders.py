"""Prompt-tuning adapters of encoders as PEFT writes them: of BERT for sequence classification, whose head is saved beside the
prompt, and of BERT's masked language model, which PEFT calls a feature extractor; and what the models that carry them answer."""

import json
import shutil
from pathlib import Path

import torch
from peft import PeftModel, PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

from fixtures import save_arrays

TOKENS = 5
HEADLESS = "models/minilm"
MASKED = "models/bert"


def rows_of(folder: str) -> dict:
    return json.loads(Path(folder, "expected.json").read_text())


def pooled_logits(model) -> dict:
    """The adapter's head on the mean of each row's own states, the prompt before them. PEFT's own forward pools the first
    virtual token's state through a further layer instead."""
    arrays = {}
    with torch.no_grad():
        for i, row in enumerate(rows_of(HEADLESS)["rows"]):
            bert = model.base_model.bert
            words = bert.embeddings.word_embeddings(torch.tensor([row]))
            states = bert(inputs_embeds=torch.cat([model.get_prompt(1), words], 1)).last_hidden_state
            arrays[f"logits_{i}"] = model.base_model.classifier(states[0, TOKENS:].mean(0))
    return arrays


def mask_logits(model) -> dict:
    """At each row's mask; the virtual tokens have logits too."""
    expected = rows_of(MASKED)
    arrays = {}
    with torch.no_grad():
        for i, (row, mask) in enumerate(zip(expected["rows"], expected["positions"])):
            ids = torch.tensor([row])
            given = dict(input_ids=ids, attention_mask=torch.ones_like(ids))
            arrays[f"logits_{i}"] = model(**given).logits[0, TOKENS + mask]
    return arrays


def write(folder: str, task: TaskType, load, logits_of) -> None:
    torch.manual_seed(0)
    shutil.rmtree(folder, ignore_errors=True)
    config = PromptTuningConfig(task_type=task, num_virtual_tokens=TOKENS, prompt_tuning_init="RANDOM")
    model = get_peft_model(load(), config).eval()
    model.save_pretrained(folder)
    Path(folder, "README.md").unlink()
    arrays = logits_of(model)
    save_arrays(f"{folder}-logits.safetensors", arrays)
    torch.manual_seed(1)
    loaded = logits_of(PeftModel.from_pretrained(load(), folder).eval())
    assert all(torch.equal(loaded[name], arrays[name]) for name in arrays)


def main() -> None:
    def headless():
        return AutoModelForSequenceClassification.from_pretrained(HEADLESS, num_labels=3, dtype=torch.float32)

    def masked():
        return AutoModelForMaskedLM.from_pretrained(MASKED, dtype=torch.float32)

    write("peft-seq-cls", TaskType.SEQ_CLS, headless, pooled_logits)
    write("peft-masked", TaskType.FEATURE_EXTRACTION, masked, mask_logits)


if __name__ == "__main__":
    main()
