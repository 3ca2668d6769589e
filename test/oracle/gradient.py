"""Both losses of prompt tuning and their gradients with respect to the soft prompt, for each tiny Llama.

Everything is computed twice, in float32 and in float64; the difference says how much of an error is mere rounding.
"""

import torch

from fixtures import TIED, UNTIED, in_float64, load_tiny, pad_rows, save_arrays, save_json
from losses import class_loss, prompted_logits, text_loss

VIRTUAL_TOKENS = 8
LENGTHS = [3, 12, 7, 2, 9]
TARGET_LENGTHS = [2, 4, 1, 1, 3]
CLASSES = [2, 0, 3, 1, 2]
LABEL_IDS = [70, 131, 204, 277]


def losses_and_gradients(model, prompt, ids, mask, lengths, label_ids, classes, target_lengths):
    prompt = prompt.to(model.dtype).requires_grad_()
    logits = prompted_logits(model, prompt, ids, mask)
    class_value, class_logits = class_loss(logits, lengths, label_ids, classes)
    (class_gradient,) = torch.autograd.grad(class_value, prompt, retain_graph=True)
    text_value, text_logits, where = text_loss(logits, ids, lengths, target_lengths)
    (text_gradient,) = torch.autograd.grad(text_value, prompt)
    losses = {"class_loss": class_value.item(), "text_loss": text_value.item()}
    arrays = {
        "class_logits": class_logits,
        "class_gradient": class_gradient,
        "text_logits": text_logits,
        "text_gradient": text_gradient,
    }
    return losses, arrays, where


def main() -> None:
    losses = {}
    for seed, name in enumerate((TIED, UNTIED)):
        generator = torch.Generator().manual_seed(seed)
        model = load_tiny(name)
        embeddings = model.get_input_embeddings().weight
        rows = [torch.randint(3, len(embeddings), (n,), generator=generator).tolist() for n in LENGTHS]
        ids, mask, lengths = pad_rows(rows, pad_id=2)
        noise = torch.randn(VIRTUAL_TOKENS, embeddings.shape[1], generator=generator)
        inputs = {
            "prompt": noise * embeddings.std(),
            "input_ids": ids,
            "attention_mask": mask,
            "lengths": lengths,
            "label_ids": torch.tensor(LABEL_IDS),
            "classes": torch.tensor(CLASSES),
            "target_lengths": torch.tensor(TARGET_LENGTHS),
        }
        single, arrays32, where = losses_and_gradients(model, **inputs_of(inputs))
        double, arrays64, _ = losses_and_gradients(in_float64(model), **inputs_of(inputs))
        arrays = inputs | {
            "target_rows": where[:, 0],
            "target_positions": where[:, 1],
            "target_ids": ids[where[:, 0], where[:, 1] + 1],
        }
        arrays |= arrays32 | {f"{key}_float64": value for key, value in arrays64.items()}
        save_arrays(f"gradient/{name}.safetensors", arrays)
        losses[name] = {"float32": single, "float64": double}
        for key in ("class_gradient", "text_gradient"):
            error = (arrays32[key] - arrays64[key]).abs().max() / arrays64[key].abs().max()
            print(f"{name} {key}: max {arrays64[key].abs().max():.3g}, float32 against float64 {error:.1e}")
    save_json("gradient/losses.json", losses)


def inputs_of(arrays):
    names = {"input_ids": "ids", "attention_mask": "mask"}
    return {names.get(key, key): value for key, value in arrays.items()}


if __name__ == "__main__":
    main()
