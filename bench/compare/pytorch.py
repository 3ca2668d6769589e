"""PyTorch's side of bench/run.mjs: requests in, answers out, a line of JSON each.

Variants: `peft` is stock PEFT as its users call it; `gathered` takes the last layer's states at the places that enter the
loss before the head; `gathered-bfloat16` does so with bfloat16 weights and eager attention.
"""

import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"
warnings.filterwarnings("ignore", category=FutureWarning)

import peft  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[2] / "test" / "oracle"))
from smollm2_reference import load_model, load_tokenizer  # noqa: E402

gguf, variant, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
virtual_tokens, rows_a_step = settings["virtualTokens"], settings["rows"]
torch.set_num_threads(settings["threads"])


def answer(**values):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    print(json.dumps({**values, "peak": peak}), flush=True)


if variant == "gathered-bfloat16" and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
    answer(skipped="this machine has no bfloat16 products")
    sys.exit()

tokenizer = load_tokenizer(gguf)
base = load_model(gguf)
words = [tokenizer.encode(word).ids[0] for word in settings["words"]]
start_vectors = base.get_input_embeddings().weight[1000 : 1000 + virtual_tokens].clone()
if variant == "peft":
    config = peft.PromptTuningConfig(task_type=peft.TaskType.CAUSAL_LM, num_virtual_tokens=virtual_tokens)
    model = peft.get_peft_model(base, config).train()
    model.prompt_encoder["default"].embedding.weight.data.copy_(start_vectors)
else:
    if variant == "gathered-bfloat16":
        base = base.to(torch.bfloat16)
        base.set_attn_implementation("eager")
    prompt = torch.nn.Parameter(start_vectors)


def encode(rows):
    return [tokenizer.encode(row["text"]).ids for row in rows]


def chosen_logits(encoded):
    """Logits of the label words behind each row, in float32: [rows, words]. Padded to the longest, on the right."""
    longest = max(map(len, encoded))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in encoded])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in encoded])
    last = torch.tensor([virtual_tokens + len(row) - 1 for row in encoded])
    every = torch.arange(len(encoded))
    if variant == "peft":
        return model(input_ids=ids, attention_mask=mask).logits[every, last][:, words]
    text = base.get_input_embeddings()(ids)
    before = prompt.to(text.dtype).expand(len(encoded), -1, -1)
    seen = torch.cat([torch.ones(len(encoded), virtual_tokens, dtype=mask.dtype), mask], dim=1)
    states = base.model(
        inputs_embeds=torch.cat([before, text], dim=1), attention_mask=seen, use_cache=False
    ).last_hidden_state
    return base.lm_head(states[every, last])[:, words].float()


def mean_loss(encoded, rows):
    labels = torch.tensor([row["label"] for row in rows])
    return torch.nn.functional.cross_entropy(chosen_logits(encoded), labels)


def gradient(encoded, rows):
    loss = mean_loss(encoded, rows)
    loss.backward()
    if variant == "peft":
        model.zero_grad()
    else:
        prompt.grad = None
    return loss.item()


@torch.inference_mode()
def forward(encoded, rows):
    return mean_loss(encoded, rows).item()


@torch.inference_mode()
def predict(encoded, rows):
    """Mean loss over many rows, as many at a time as in training."""
    total = 0.0
    for at in range(0, len(rows), rows_a_step):
        part = slice(at, at + rows_a_step)
        total += mean_loss(encoded[part], rows[part]).item() * len(rows[part])
    return total / len(rows)


WORK = {"gradient": gradient, "forward": forward, "predict": predict}
answer(versions=f"PyTorch {torch.__version__}, Transformers {transformers.__version__}, PEFT {peft.__version__}")
for line in sys.stdin:
    request = json.loads(line)
    encoded = encode(request["rows"])
    start = time.perf_counter()
    loss = WORK[request["work"]](encoded, request["rows"])
    answer(loss=loss, seconds=time.perf_counter() - start)
