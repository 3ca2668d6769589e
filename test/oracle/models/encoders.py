"""Tiny encoders: masked language models, and one without a head, for pooling. `encoders.py [NAME…]`"""

from typing import NamedTuple

import torch
from tokenizers import AddedToken, Regex, Tokenizer, normalizers
from torch.nn.functional import cross_entropy
from transformers import (
    AlbertConfig,
    AutoModel,
    AutoModelForMaskedLM,
    BertConfig,
    DistilBertConfig,
    ModernBertConfig,
    PreTrainedConfig,
    RobertaConfig,
)

from pipelines import byte_level, unigram, word_piece
from reference import (
    InFloat64,
    chosen,
    cut_rows,
    fill,
    fresh,
    language_model_numbers,
    make_prompt,
    prompt_gradient,
    report,
    same_when_loaded,
    tokenizer_reference,
    with_prompt,
    write_expected,
    write_tokenizer,
)

ROWS = ["The text is {mask} long, and the reader reads the text", "{mask} Öl für", "if (x {mask} 10) return"]
SMALL = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)
BERT_NAMES = dict(unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]")
BERT_IDS = dict(pad_token_id=0)


class Case(NamedTuple):
    config: type[PreTrainedConfig]
    settings: dict
    tokenizer: str
    spread: float = 0.3
    masked: bool = True


CASES: dict[str, Case] = {
    "bert": Case(BertConfig, SMALL | BERT_IDS | dict(max_position_embeddings=64), "uncased"),
    "roberta": Case(
        RobertaConfig,
        SMALL | dict(max_position_embeddings=66, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2),
        "roberta",
    ),
    "distilbert": Case(
        DistilBertConfig,
        BERT_IDS | dict(dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=64),
        "cased",
    ),
    "albert": Case(
        AlbertConfig,
        SMALL | dict(embedding_size=16, num_hidden_layers=3, max_position_embeddings=64, hidden_act="gelu_new")
        | dict(pad_token_id=0, bos_token_id=2, eos_token_id=3),
        "albert",
    ),
    "modernbert": Case(
        ModernBertConfig,
        SMALL
        | dict(
            num_hidden_layers=4,
            intermediate_size=32,
            max_position_embeddings=128,
            local_attention=6,
            layer_types=["full_attention", "sliding_attention", "sliding_attention", "full_attention"],
            rope_parameters={
                "full_attention": {"rope_type": "default", "rope_theta": 160000.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            },
        ),
        "modernbert",
        0.2,
    ),
    "minilm": Case(BertConfig, SMALL | BERT_IDS | dict(max_position_embeddings=64), "uncased", masked=False),
}


def make_tokenizer(kind: str) -> tuple[Tokenizer, dict]:
    """The tokenizer and what tokenizer_config.json says of it."""
    if kind in ("uncased", "cased"):
        return word_piece(lowercase=kind == "uncased"), dict(BERT_NAMES)
    if kind == "roberta":
        mask = AddedToken("<mask>", lstrip=True, normalized=False, special=True)
        tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>"], last=[mask], roberta=True)
        names = dict(bos_token="<s>", eos_token="</s>", sep_token="</s>", cls_token="<s>", unk_token="<unk>")
        return tokenizer, names | dict(pad_token="<pad>", mask_token=mask)
    if kind == "albert":
        steps = [
            normalizers.Replace("``", '"'),
            normalizers.Replace("''", '"'),
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
        special = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
        tokenizer = unigram(
            special, unknown="<unk>", normalizer=normalizers.Sequence(steps), before=["[CLS]"], after=["[SEP]"]
        )
        mask = AddedToken("[MASK]", lstrip=True, normalized=False, special=True)
        tokenizer.add_special_tokens([mask])
        return tokenizer, BERT_NAMES | dict(unk_token="<unk>", pad_token="<pad>", mask_token=mask)
    mask = AddedToken("[MASK]", lstrip=True, normalized=False, special=True)
    last = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", mask]
    tokenizer = byte_level([], last=last, nfc=True, before=["[CLS]"], after=["[SEP]"])
    return tokenizer, BERT_NAMES | dict(mask_token=mask)


def pooled(model, rows: list[list[int]], prompt: torch.Tensor | None, pooling: str) -> torch.Tensor:
    """[rows, hidden]: of a row's own tokens. Virtual tokens are attended to, not pooled."""
    start = 0 if prompt is None else len(prompt)
    states = [model(inputs_embeds=with_prompt(model, prompt, ids)).last_hidden_state[0, start:] for ids in rows]
    return torch.stack([state.mean(0) if pooling == "mean" else state[0] for state in states])


def pooling_numbers(model, rows: list[list[int]], targets: list[int], seed: int) -> dict[str, torch.Tensor]:
    """Pooled states, and loss and gradients of a class head on the mean. Changes the model to float64."""
    generator = torch.Generator().manual_seed(2000 + seed)
    prompt = make_prompt(model, seed)
    weight = 0.5 * torch.randn([3, model.config.hidden_size], generator=generator)
    bias = 0.5 * torch.randn([3], generator=generator)
    arrays = {
        "prompt": prompt,
        "mean": pooled(model, rows, prompt, "mean"),
        "cls": pooled(model, rows, prompt, "cls"),
        "plain": pooled(model, rows, None, "mean"),
        "headWeight": weight,
        "headBias": bias,
    }
    arrays["logits"] = arrays["mean"] @ weight.T + bias
    model.double()
    variables = [a.double().requires_grad_() for a in (prompt, weight, bias)]
    with torch.enable_grad(), InFloat64():
        logits = pooled(model, rows, variables[0], "mean") @ variables[1].T + variables[2]
        loss = cross_entropy(logits, torch.tensor(targets))
        loss.backward()
    names = ("gradient", "gradientHeadWeight", "gradientHeadBias")
    gradients = {name: variable.grad for name, variable in zip(names, variables, strict=True)}
    return arrays | gradients | {"loss": loss.detach()[None]}


def make(name: str) -> None:
    case = CASES[name]
    folder = fresh(name)
    tokenizer, names = make_tokenizer(case.tokenizer)
    wrapped = write_tokenizer(folder, tokenizer, names)
    mask = wrapped.mask_token if case.masked else "not"
    rows = cut_rows(tokenizer, [text.replace("{mask}", mask) for text in ROWS])
    seed = 0
    torch.manual_seed(seed)
    ids = {"pad_token_id": wrapped.pad_token_id}
    if name == "modernbert":
        ids |= dict(cls_token_id=wrapped.cls_token_id, sep_token_id=wrapped.sep_token_id)
        ids |= dict(bos_token_id=wrapped.cls_token_id, eos_token_id=wrapped.sep_token_id)
    config = case.config(vocab_size=tokenizer.get_vocab_size(), **case.settings | ids)
    auto = AutoModelForMaskedLM if case.masked else AutoModel
    model = auto.from_config(config, attn_implementation="eager").eval().requires_grad_(False)
    fill(model, seed, case.spread)
    model.save_pretrained(folder)
    expected: dict = {"kind": "masked" if case.masked else "encoder", **rows, "seed": seed}
    if case.masked:
        expected["positions"] = [row.index(wrapped.mask_token_id) for row in rows["rows"]]
        expected["targets"] = [tokenizer.encode(w, add_special_tokens=False).ids[-1] for w in ("good", "bad", "neutral")]
        arrays = language_model_numbers(model, expected, seed)
        same_when_loaded(AutoModelForMaskedLM, folder, expected, arrays)
        arrays |= prompt_gradient(model, expected, arrays["prompt"])
    else:
        expected["targets"] = [0, 1, 2]
        arrays = pooling_numbers(model, rows["rows"], expected["targets"], seed)
    expected["tokenizer"] = tokenizer_reference(folder)
    write_expected(folder, expected, arrays)
    report(name, folder, expected, arrays)


if __name__ == "__main__":
    for case_name in chosen(CASES):
        make(case_name)
