"""Fifty steps of PEFT prompt tuning on a tiny Llama: what a training run here must follow, step by step."""

import torch
from peft import PromptTuningConfig, TaskType, get_peft_model
from transformers import get_linear_schedule_with_warmup

from fixtures import TIED, in_float64, load_tiny, pad_rows, save_arrays, save_json
from losses import class_loss

STEPS, BATCH, VIRTUAL_TOKENS, WARMUP = 50, 4, 8, 5
LEARNING_RATE, BETAS, EPSILON, MAX_NORM = 0.03, (0.9, 0.999), 1e-8, 1.0
LABEL_IDS = torch.tensor([70, 131, 204, 277])
WEIGHT_DECAYS = {"plain": 0.0, "decayed": 0.1}


def make_batches(generator):
    """Rows of random tokens, of which the second names the class: something a prompt can learn."""
    classes = torch.randint(0, 4, (STEPS * BATCH,), generator=generator)
    rows = []
    for value in classes.tolist():
        length = int(torch.randint(4, 15, (), generator=generator))
        row = torch.randint(3, 288, (length,), generator=generator).tolist()
        row[1] = 20 + 10 * value
        rows.append(row)
    ids, mask, lengths = pad_rows(rows, pad_id=2)
    shape = (STEPS, BATCH)
    return ids.view(*shape, -1), mask.view(*shape, -1), lengths.view(shape), classes.view(shape)


def tune(model, prompt, batches, weight_decay):
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=VIRTUAL_TOKENS)
    model = get_peft_model(model, config).eval()
    (parameter,) = [p for p in model.parameters() if p.requires_grad]
    parameter.data = prompt.to(model.dtype).clone()
    optimizer = torch.optim.AdamW([parameter], LEARNING_RATE, BETAS, EPSILON, weight_decay)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    curve = {"loss": [], "learning_rate": [], "gradient_norm": []}
    for ids, mask, lengths, classes in zip(*batches):
        # The longest row of the batch decides, as a collator would pad.
        longest = int(lengths.max())
        logits = model(input_ids=ids[:, :longest], attention_mask=mask[:, :longest]).logits[:, VIRTUAL_TOKENS:]
        loss, _ = class_loss(logits, lengths, LABEL_IDS, classes)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([parameter], MAX_NORM)
        curve["loss"].append(loss.item())
        curve["learning_rate"].append(schedule.get_last_lr()[0])
        curve["gradient_norm"].append(norm.item())
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return curve, parameter.data


def main() -> None:
    generator = torch.Generator().manual_seed(0)
    batches = make_batches(generator)
    embeddings = load_tiny(TIED).get_input_embeddings().weight
    prompt = torch.randn(VIRTUAL_TOKENS, embeddings.shape[1], generator=generator) * 4 * embeddings.std()
    ids, _, lengths, classes = batches
    arrays = {"prompt": prompt, "input_ids": ids, "lengths": lengths, "classes": classes, "label_ids": LABEL_IDS}
    curves = {}
    for name, weight_decay in WEIGHT_DECAYS.items():
        curve, final = tune(load_tiny(TIED), prompt, batches, weight_decay)
        exact, _ = tune(in_float64(load_tiny(TIED)), prompt, batches, weight_decay)
        curves[name] = {"weight_decay": weight_decay, **curve, "loss_float64": exact["loss"]}
        arrays[f"final_prompt_{name}"] = final
        error = max(abs(a - b) for a, b in zip(curve["loss"], exact["loss"]))
        clipped = sum(norm > MAX_NORM for norm in curve["gradient_norm"])
        print(f"{name}: loss {curve['loss'][0]:.3f} to {sum(curve['loss'][-10:]) / 10:.3f}, ", end="")
        print(f"{clipped} steps clipped, float32 against float64 {error:.1e}")
    save_arrays("peft-curve/arrays.safetensors", arrays)
    settings = {
        "model": TIED,
        "steps": STEPS,
        "batch_size": BATCH,
        "warmup_steps": WARMUP,
        "learning_rate": LEARNING_RATE,
        "betas": BETAS,
        "epsilon": EPSILON,
        "max_gradient_norm": MAX_NORM,
    }
    save_json("peft-curve/curves.json", settings | {"runs": curves})


if __name__ == "__main__":
    main()
