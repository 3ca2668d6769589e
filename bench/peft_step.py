"""Stock PEFT's side of bench/step.mjs: a line of rows in, loss, milliseconds and peak memory out."""

import json
import resource
import sys
import time
from pathlib import Path

import torch
from peft import PromptTuningConfig, TaskType, get_peft_model

sys.path.insert(0, str(Path(__file__).parent.parent / "test" / "oracle"))
from smollm2_reference import load_model, load_tokenizer  # noqa: E402

gguf, virtual_tokens = sys.argv[1], int(sys.argv[2])
tokenizer = load_tokenizer(gguf)
base = load_model(gguf)
model = get_peft_model(
    base, PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=virtual_tokens)
)
model.train()
with torch.no_grad():
    ids = torch.arange(1000, 1000 + virtual_tokens)
    model.prompt_encoder["default"].embedding.weight.copy_(base.get_input_embeddings().weight[ids])
words = [tokenizer.encode(word).ids[0] for word in (" negative", " positive")]

for line in sys.stdin:
    rows = json.loads(line)
    encoded = [tokenizer.encode(row["text"]).ids for row in rows]
    start = time.perf_counter()
    longest = max(map(len, encoded))
    ids = torch.tensor([e + [0] * (longest - len(e)) for e in encoded])
    mask = torch.tensor([[1] * len(e) + [0] * (longest - len(e)) for e in encoded])
    logits = model(input_ids=ids, attention_mask=mask).logits
    last = torch.tensor([virtual_tokens + len(e) - 1 for e in encoded])
    chosen = logits[torch.arange(len(rows)), last][:, words]
    loss = torch.nn.functional.cross_entropy(chosen, torch.tensor([row["label"] for row in rows]))
    loss.backward()
    milliseconds = 1000 * (time.perf_counter() - start)
    model.zero_grad()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"loss": loss.item(), "ms": milliseconds, "peak": peak}), flush=True)
