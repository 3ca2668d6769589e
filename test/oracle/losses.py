"""The two losses of prompt tuning, written as plainly as possible: this is the definition the engine is held to."""

import torch
import torch.nn.functional as F


def prompted_logits(model, prompt, ids, mask):
    """Logits [rows, time, vocabulary] at the text's positions, with `prompt` [virtual tokens, hidden] before the text.

    `mask` covers the text only. Rows are right-padded, so position ids simply count from the first virtual token.
    """
    rows, virtual = ids.shape[0], prompt.shape[0]
    embeddings = model.get_input_embeddings()(ids)
    inputs = torch.cat([prompt[None].expand(rows, -1, -1), embeddings], dim=1)
    full_mask = torch.cat([torch.ones(rows, virtual, dtype=mask.dtype), mask], dim=1)
    return model(inputs_embeds=inputs, attention_mask=full_mask, use_cache=False).logits[:, virtual:]


def last_logits(logits, lengths):
    return logits[torch.arange(len(lengths)), lengths - 1]


def class_loss(logits, lengths, label_ids, classes):
    """Mean cross-entropy of each row's class among the label words alone, at the row's last real position."""
    label_logits = last_logits(logits, lengths)[:, label_ids]
    return F.cross_entropy(label_logits, classes), label_logits


def text_loss(logits, ids, lengths, target_lengths):
    """Mean cross-entropy over all target tokens of the batch (the last k tokens of each row), full vocabulary.

    The logits that predict the token at position t stand at t - 1. Returns the loss, these logits
    [targets, vocabulary], and the (row, position of the predicting logits) pairs [targets, 2].
    """
    where = torch.tensor(
        [(row, t - 1) for row, n in enumerate(lengths.tolist()) for t in range(n - int(target_lengths[row]), n)]
    )
    chosen = logits[where[:, 0], where[:, 1]]
    return F.cross_entropy(chosen, ids[where[:, 0], where[:, 1] + 1]), chosen, where
