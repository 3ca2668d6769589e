"""PyTorch's side of the measurements: requests in, answers out, a line of JSON each.

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

LOOK_ROWS = 32  # Rows of like length that are evaluated at once.

gguf, variant, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
start_ids, words = settings["start"], settings["words"]
virtual_tokens, rows_a_pass = len(start_ids), settings["pass"]
torch.set_num_threads(settings["threads"])
if settings.get("maxMegabytes"):
    most = settings["maxMegabytes"] * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def answer(**values):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    print(json.dumps({**values, "peak": peak}), flush=True)


if variant == "gathered-bfloat16" and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
    answer(skipped="this machine has no bfloat16 products")
    sys.exit()

tokenizer = load_tokenizer(gguf)
base = load_model(gguf)
start_vectors = base.get_input_embeddings().weight[start_ids].clone()
if variant == "peft":
    config = peft.PromptTuningConfig(task_type=peft.TaskType.CAUSAL_LM, num_virtual_tokens=virtual_tokens)
    model = peft.get_peft_model(base, config).train()
    prompt = model.prompt_encoder["default"].embedding.weight
    prompt.data.copy_(start_vectors)
else:
    if variant == "gathered-bfloat16":
        base = base.to(torch.bfloat16)
        base.set_attn_implementation("eager")
    prompt = torch.nn.Parameter(start_vectors)


def encode(rows):
    return [row["tokens"] if "tokens" in row else tokenizer.encode(row["text"]).ids for row in rows]


def padded(encoded):
    """Token ids and mask, padded to the longest on the right, and where each row ends."""
    longest = max(map(len, encoded))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in encoded])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in encoded])
    return ids, mask, torch.tensor([virtual_tokens + len(row) - 1 for row in encoded])


def gathered_logits(encoded):
    """Logits of the label words behind each row, in float32: [rows, words]. The head sees the ends of the rows alone."""
    ids, mask, last = padded(encoded)
    text = base.get_input_embeddings()(ids)
    before = prompt.to(text.dtype).expand(len(encoded), -1, -1)
    seen = torch.cat([torch.ones(len(encoded), virtual_tokens, dtype=mask.dtype), mask], dim=1)
    states = base.model(
        inputs_embeds=torch.cat([before, text], dim=1), attention_mask=seen, use_cache=False
    ).last_hidden_state
    return base.lm_head(states[torch.arange(len(encoded)), last])[:, words].float()


def stock_logits(encoded):
    """The same out of the logits of every word at every place."""
    ids, mask, last = padded(encoded)
    return model(input_ids=ids, attention_mask=mask).logits[torch.arange(len(encoded)), last][:, words]


def mean_loss(encoded, rows, logits=stock_logits if variant == "peft" else gathered_logits):
    labels = torch.tensor([row["label"] for row in rows])
    return torch.nn.functional.cross_entropy(logits(encoded), labels)


def passes(rows):
    for at in range(0, len(rows), rows_a_pass):
        yield slice(at, at + rows_a_pass)


def accumulate(encoded, rows):
    """Loss of a step; its gradient is in `prompt.grad`."""
    prompt.grad = None
    total = 0.0
    for part in passes(rows):
        loss = mean_loss(encoded[part], rows[part]) * (len(rows[part]) / len(rows))
        loss.backward()
        total += loss.item()
    return total


@torch.inference_mode()
def forward(encoded, rows):
    return sum(mean_loss(encoded[part], rows[part]).item() * len(rows[part]) for part in passes(rows)) / len(rows)


def look(step, rows, all_encoded):
    """Accuracy and loss over many rows; of all variants without needless logits, since its time does not count."""
    start = time.perf_counter()
    order = sorted(range(len(rows)), key=lambda i: len(all_encoded[i]))
    correct, total = 0, 0.0
    with torch.inference_mode():
        for at in range(0, len(rows), LOOK_ROWS):
            part = order[at : at + LOOK_ROWS]
            logits = gathered_logits([all_encoded[i] for i in part])
            labels = torch.tensor([rows[i]["label"] for i in part])
            correct += (logits.argmax(dim=1) == labels).sum().item()
            total += torch.nn.functional.cross_entropy(logits, labels, reduction="sum").item()
    seconds = time.perf_counter() - start
    answer(type="look", step=step, accuracy=correct / len(rows), loss=total / len(rows), seconds=seconds)


def train(plan):
    """A training as planned: rows, learning rates and looks."""
    held_out, every = plan["validation"], plan["every"]
    held_out_encoded = encode(held_out)
    optimiser = torch.optim.AdamW([prompt], weight_decay=plan["weightDecay"])
    for number, step in enumerate(plan["steps"]):
        if number % every == 0:
            look(number, held_out, held_out_encoded)
        encoded = encode(step["rows"])
        start = time.perf_counter()
        optimiser.param_groups[0]["lr"] = step["learningRate"]
        loss = accumulate(encoded, step["rows"])
        torch.nn.utils.clip_grad_norm_([prompt], plan["clip"])
        optimiser.step()
        answer(type="step", step=number + 1, loss=loss, seconds=time.perf_counter() - start)
    look(len(plan["steps"]), held_out, held_out_encoded)
    answer(type="done")


WORK = {"gradient": accumulate, "forward": forward, "predict": forward}
answer(versions=f"PyTorch {torch.__version__}, Transformers {transformers.__version__}, PEFT {peft.__version__}")
for line in sys.stdin:
    request = json.loads(line)
    if request["work"] == "train":
        train(request["plan"])
        continue
    encoded = encode(request["rows"])
    start = time.perf_counter()
    try:
        loss = WORK[request["work"]](encoded, request["rows"])
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        answer(outOfMemory=True)
        continue
    answer(loss=loss, seconds=time.perf_counter() - start)
