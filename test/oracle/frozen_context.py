"""Losses and gradients of a soft prompt that stands behind each row's context, one row at a time: no padding, no cache."""

import torch
import torch.nn.functional as F

from fixtures import TIED, UNTIED, in_float64, load_tiny, pad_rows, save_arrays, save_json

VIRTUAL_TOKENS = 6
SHARED_LENGTH = 5
OWN_LENGTHS = [3, 21, 9, 16, 40]
REST_LENGTHS = [2, 2, 4, 3, 2]
CLASSES = [2, 0, 3, 1, 2]
LABEL_IDS = [70, 131, 204, 277]


def losses_and_gradients(model, prompt, shared, owns, rests):
    """Class loss: the label words after the last token. Text loss: every token of the rest but its first, and what the
    virtual tokens foretell: the first."""
    prompt = prompt.to(model.dtype).requires_grad_()
    embed = model.get_input_embeddings()
    class_logits, text_losses = [], []
    for own, rest in zip(owns, rests):
        parts = [embed(torch.tensor(shared + own)), prompt, embed(torch.tensor(rest))]
        logits = model(inputs_embeds=torch.cat(parts)[None], use_cache=False).logits[0]
        class_logits.append(logits[-1, LABEL_IDS])
        text_losses.append(F.cross_entropy(logits[-len(rest) - 1 : -1], torch.tensor(rest), reduction="none"))
    logits = torch.stack(class_logits)
    class_value = F.cross_entropy(logits, torch.tensor(CLASSES))
    text_value = torch.cat(text_losses).mean()
    (class_gradient,) = torch.autograd.grad(class_value, prompt, retain_graph=True)
    (text_gradient,) = torch.autograd.grad(text_value, prompt)
    losses = {"class_loss": class_value.item(), "text_loss": text_value.item()}
    return losses, {"class_logits": logits, "class_gradient": class_gradient, "text_gradient": text_gradient}


def main() -> None:
    losses = {}
    for seed, name in enumerate((TIED, UNTIED)):
        generator = torch.Generator().manual_seed(40 + seed)
        model = load_tiny(name)
        embeddings = model.get_input_embeddings().weight

        def draw(count):
            return torch.randint(3, len(embeddings), (count,), generator=generator).tolist()

        shared, owns, rests = draw(SHARED_LENGTH), [draw(n) for n in OWN_LENGTHS], [draw(n) for n in REST_LENGTHS]
        prompt = torch.randn(VIRTUAL_TOKENS, embeddings.shape[1], generator=generator) * embeddings.std()
        single, _ = losses_and_gradients(model, prompt, shared, owns, rests)
        double, arrays = losses_and_gradients(in_float64(model), prompt, shared, owns, rests)
        own_ids, _, own_lengths = pad_rows(owns, pad_id=2)
        rest_ids, _, rest_lengths = pad_rows(rests, pad_id=2)
        inputs = {
            "prompt": prompt,
            "shared_ids": torch.tensor(shared),
            "own_ids": own_ids,
            "own_lengths": own_lengths,
            "rest_ids": rest_ids,
            "rest_lengths": rest_lengths,
            "label_ids": torch.tensor(LABEL_IDS),
            "classes": torch.tensor(CLASSES),
        }
        save_arrays(f"frozen-context/{name}.safetensors", inputs | arrays)
        losses[name] = {"float32": single, "float64": double}
    save_json("frozen-context/losses.json", losses)


if __name__ == "__main__":
    main()
