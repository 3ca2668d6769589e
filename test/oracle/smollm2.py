"""Logits, greedy continuations and prompt gradients of SmolLM2-135M-Instruct in float32: smollm2.py MODEL.gguf"""

import sys

import torch

from fixtures import in_float64, pad_rows, save_arrays, save_json
from gradient import inputs_of, losses_and_gradients
from smollm2_reference import load_model, load_tokenizer
from smollm2_texts import (
    GRADIENT_LABEL_WORDS,
    GRADIENT_PROMPT_TEXT,
    GRADIENT_ROWS,
    GREEDY_PROMPTS,
    LOGIT_TEXTS,
)

TOP, PROBES, EVERY_POSITION_PROBES, EVERY_POSITION_TEXTS = 50, 200, 50, 5
GREEDY_TOKENS, SAFE_MARGIN = 40, 0.01
VIRTUAL_TOKENS = 20
TARGET_LENGTHS = [3, 5, 2, 4]


@torch.no_grad()
def save_logits(model, tokenizer) -> None:
    generator = torch.Generator().manual_seed(0)
    probe_ids = torch.randperm(model.config.vocab_size, generator=generator)[:PROBES].sort().values
    probe_ids = probe_ids[torch.randperm(PROBES, generator=generator)]
    rows = [tokenizer.encode(text).ids for text in LOGIT_TEXTS]
    top_ids, top_logits, probe_logits, arrays = [], [], [], {"probe_ids": probe_ids}
    for i, row in enumerate(rows):
        logits = model(input_ids=torch.tensor([row]), use_cache=False).logits[0]
        top = logits[-1].topk(TOP)
        top_ids.append(top.indices)
        top_logits.append(top.values)
        probe_logits.append(logits[-1, probe_ids])
        if i < EVERY_POSITION_TEXTS:
            arrays[f"every_position_{i}"] = logits[:, probe_ids[:EVERY_POSITION_PROBES]]
    arrays["top_ids"] = torch.stack(top_ids)
    arrays["top_logits"] = torch.stack(top_logits)
    arrays["probe_logits"] = torch.stack(probe_logits)
    save_arrays("smollm2/logits.safetensors", arrays)
    save_json("smollm2/texts.json", [{"text": text, "ids": row} for text, row in zip(LOGIT_TEXTS, rows)])


@torch.no_grad()
def continue_greedily(model, ids: list[int]) -> tuple[list[int], float]:
    """The most likely token, forty times, not stopping at the end-of-text token; and the narrowest decision."""
    result, margin, cache, step = [], float("inf"), None, torch.tensor([ids])
    for _ in range(GREEDY_TOKENS):
        output = model(input_ids=step, past_key_values=cache, use_cache=True)
        best = output.logits[0, -1].topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        result.append(best.indices[0].item())
        cache, step = output.past_key_values, best.indices[:1][None]
    return result, margin


def save_greedy(model, tokenizer) -> None:
    continuations = []
    for prompt in GREEDY_PROMPTS:
        ids = tokenizer.encode(prompt).ids
        result, margin = continue_greedily(model, ids)
        text = tokenizer.decode(result, skip_special_tokens=False)
        print(f"margin {margin:.4f}: {prompt!r} -> {text!r}")
        assert margin > SAFE_MARGIN, "too near a tie for a test"
        continuations.append(
            {"prompt": prompt, "prompt_ids": ids, "ids": result, "text": text, "narrowest_margin": margin}
        )
    save_json("smollm2/greedy.json", continuations)


def save_gradient(model, tokenizer) -> None:
    generator = torch.Generator().manual_seed(0)
    words = tokenizer.encode(GRADIENT_PROMPT_TEXT).ids
    embeddings = model.get_input_embeddings().weight
    prompt = embeddings[torch.tensor(words * VIRTUAL_TOKENS)[:VIRTUAL_TOKENS]]
    prompt = prompt + 0.1 * embeddings.std() * torch.randn(prompt.shape, generator=generator)
    label_ids = [tokenizer.encode(word).ids for word in GRADIENT_LABEL_WORDS]
    assert all(len(ids) == 1 for ids in label_ids)
    ids, mask, lengths = pad_rows([tokenizer.encode(text).ids for text, _ in GRADIENT_ROWS], pad_id=2)
    inputs = {
        "prompt": prompt,
        "input_ids": ids,
        "attention_mask": mask,
        "lengths": lengths,
        "label_ids": torch.tensor(label_ids)[:, 0],
        "classes": torch.tensor([value for _, value in GRADIENT_ROWS]),
        "target_lengths": torch.tensor(TARGET_LENGTHS),
    }
    single, arrays32, where = losses_and_gradients(model, **inputs_of(inputs))
    double, arrays64, _ = losses_and_gradients(in_float64(model), **inputs_of(inputs))
    # Logits over the whole vocabulary would fill megabytes; the loss and the gradient prove them.
    del arrays32["text_logits"], arrays64["text_logits"]
    for key in ("class_gradient", "text_gradient"):
        error = (arrays32[key] - arrays64[key]).abs().max() / arrays64[key].abs().max()
        print(f"{key}: max {arrays64[key].abs().max():.3g}, float32 against float64 {error:.1e}")
    arrays = inputs | {
        "target_rows": where[:, 0],
        "target_positions": where[:, 1],
        "target_ids": ids[where[:, 0], where[:, 1] + 1],
    }
    arrays |= arrays32 | {f"{key}_float64": value for key, value in arrays64.items()}
    save_arrays("smollm2/gradient.safetensors", arrays)
    save_json(
        "smollm2/gradient.json",
        {
            "prompt_text": GRADIENT_PROMPT_TEXT,
            "texts": [text for text, _ in GRADIENT_ROWS],
            "label_words": GRADIENT_LABEL_WORDS,
            "losses": {"float32": single, "float64": double},
        },
    )


def main(path: str) -> None:
    model, tokenizer = load_model(path), load_tokenizer(path)
    save_logits(model, tokenizer)
    save_greedy(model, tokenizer)
    save_gradient(model, tokenizer)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
