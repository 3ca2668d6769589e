"""Load an adapter in PEFT and print the logits it gives: check_adapter.py ADAPTER_DIR MODEL_DIR TOKENS.json

TOKENS.json is a list of lists of token ids. Prints {"logits": […]}: for each list, the logits over the vocabulary at
its last position, with the adapter's virtual tokens before the text.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM
from transformers.utils import logging


def main(adapter: str, model_folder: str, tokens: str) -> None:
    logging.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, adapter).eval()
    rows = json.loads(Path(tokens).read_text(encoding="utf-8"))
    with torch.no_grad():
        ids = [torch.tensor([row]) for row in rows]
        logits = [model(input_ids=i, attention_mask=torch.ones_like(i)).logits[0, -1].tolist() for i in ids]
    json.dump({"logits": logits}, sys.stdout)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
