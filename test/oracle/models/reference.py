"""What every script here needs: random weights that show, the reference numbers of a model, and the files they go to."""

import json
import math
import platform
import re
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Callable

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from torch.overrides import TorchFunctionMode
from transformers import PreTrainedTokenizerFast

FOLDER = Path(__file__).parent.parent / "fixtures" / "models"
TEXTS = (FOLDER / "multilingual.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
VIRTUAL_TOKENS = 4
GREEDY_TOKENS = 16

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


class InFloat64(TorchFunctionMode):
    """`model.double()` is not enough: norms, softmax and rotary angles go down to float32 on the way. Not in here."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.Tensor.float:
            function = torch.Tensor.double
        args = [torch.float64 if a is torch.float32 else a for a in args]
        kwargs = {k: torch.float64 if a is torch.float32 else a for k, a in (kwargs or {}).items()}
        return function(*args, **kwargs)


def fill(model, seed: int, spread: float) -> None:
    """Random weights wide enough that a wrong angle, mask, bias or gain shows in the logits."""
    generator = torch.Generator().manual_seed(seed)

    def normal(like: torch.Tensor) -> torch.Tensor:
        return torch.randn(like.shape, generator=generator)

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            owner = model.get_submodule(name.rpartition(".")[0])
            if "Sinusoidal" in type(owner).__name__:
                continue
            if parameter.dim() > 1:
                parameter.copy_(spread * normal(parameter))
            elif name.endswith("bias"):
                parameter.copy_(0.2 * normal(parameter))
            else:  # a norm's gain; Gemma's stands for 1 + w
                around = 0 if "Gemma" in type(owner).__name__ else 1
                parameter.copy_(around + 0.25 * normal(parameter))
        if "final_logits_bias" in dict(model.named_buffers()):
            model.final_logits_bias.copy_(0.5 * normal(model.final_logits_bias))


def embed(model, ids: list[int]) -> torch.Tensor:
    """Token vectors as the first layer gets them, [1, tokens, embedding size]."""
    vectors = model.get_input_embeddings()(torch.tensor([ids]))
    if model.config.model_type == "marian":  # scales after the lookup, and not at all when given vectors
        vectors = vectors * model.model.encoder.embed_scale
    return vectors


def with_prompt(model, prompt: torch.Tensor | None, ids: list[int]) -> torch.Tensor:
    text = embed(model, ids)
    return text if prompt is None else torch.cat([prompt[None], text], dim=1)


def logits_at_end(model, prompt, ids: list[int]) -> torch.Tensor:
    return model(inputs_embeds=with_prompt(model, prompt, ids), use_cache=False).logits[0, -1]


def row_logits(model, expected: dict, prompt) -> torch.Tensor:
    """Logits at each row's readout, [rows, vocabulary]. Row by row, so nothing is padded."""
    offset = 0 if prompt is None else len(prompt)
    rows = []
    for i, ids in enumerate(expected["rows"]):
        if expected["kind"] == "decoder":
            rows.append(logits_at_end(model, prompt, ids))
        elif expected["kind"] == "masked":
            rows.append(model(inputs_embeds=with_prompt(model, prompt, ids)).logits[0, offset + expected["positions"][i]])
        else:
            rows.append(decoder_logits(model, prompt, ids, expected["decoderRows"][i]))
    return torch.stack(rows)


def decoder_logits(model, prompt, ids: list[int], decoder_ids: list[int]) -> torch.Tensor:
    inputs = with_prompt(model, prompt, ids)
    return model(inputs_embeds=inputs, decoder_input_ids=torch.tensor([decoder_ids]), use_cache=False).logits[0, -1]


def greedy(model, expected: dict, prompt) -> tuple[list[int], float]:
    """The most likely next token, again and again, and the narrowest distance to the second on the way."""
    row = expected["rows"][0]
    answer: list[int] = []
    margin = math.inf
    for _ in range(GREEDY_TOKENS):
        if expected["kind"] == "decoder":
            logits = logits_at_end(model, prompt, row + answer)
        else:
            logits = decoder_logits(model, prompt, row, [model.config.decoder_start_token_id, *answer])
        best = logits.topk(2)
        margin = min(margin, float(best.values[0] - best.values[1]))
        answer.append(int(best.indices[0]))
    return answer, margin


def make_prompt(model, seed: int) -> torch.Tensor:
    """Vectors of four tokens with noise, of the size of embeddings."""
    generator = torch.Generator().manual_seed(1000 + seed)
    ids = torch.randint(5, model.config.vocab_size - 5, [VIRTUAL_TOKENS], generator=generator)
    vectors = embed(model, ids.tolist())[0]
    return vectors + 0.3 * vectors.std() * torch.randn(vectors.shape, generator=generator)


def same_with_ids(model, expected: dict, plain: torch.Tensor) -> None:
    """Vectors going in must mean the same as token ids going in."""
    for i, ids in enumerate(expected["rows"]):
        inputs = {"input_ids": torch.tensor([ids])}
        if expected["kind"] == "encoder-decoder":
            inputs["decoder_input_ids"] = torch.tensor([expected["decoderRows"][i]])
        at = expected["positions"][i] if expected["kind"] == "masked" else -1
        torch.testing.assert_close(model(**inputs).logits[0, at], plain[i], atol=2e-5, rtol=1e-5)


def same_when_loaded(auto, folder: Path, expected: dict, arrays: dict[str, torch.Tensor]) -> None:
    """The files as they lie there, in Transformers, give the numbers that were written."""
    model = auto.from_pretrained(folder, attn_implementation="eager").eval().requires_grad_(False)
    torch.testing.assert_close(row_logits(model, expected, arrays["prompt"]), arrays["logits"], atol=1e-5, rtol=1e-5)


def language_model_numbers(model, expected: dict, seed: int) -> dict[str, torch.Tensor]:
    prompt = make_prompt(model, seed)
    arrays = {"prompt": prompt, "logits": row_logits(model, expected, prompt), "plain": row_logits(model, expected, None)}
    same_with_ids(model, expected, arrays["plain"])
    return arrays


def prompt_gradient(model, expected: dict, prompt: torch.Tensor) -> dict[str, torch.Tensor]:
    """Loss and its gradient, in float64. Changes the model to float64."""
    model.double()
    variable = prompt.double().requires_grad_()
    with torch.enable_grad(), InFloat64():
        logits = row_logits(model, expected, variable)
        assert logits.dtype == torch.float64
        loss = cross_entropy(logits, torch.tensor(expected["targets"]))
        loss.backward()
    return {"loss": loss.detach()[None], "gradient": variable.grad, "logits64": logits.detach()}


def write_tokenizer(folder: Path, tokenizer: Tokenizer, settings: dict) -> PreTrainedTokenizerFast:
    jinja_file = settings.pop("jinja_file", False)
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **settings)
    wrapped.save_pretrained(folder, save_jinja_files=jinja_file)
    return wrapped


def tokenizer_reference(folder: Path) -> dict:
    """Token ids of every line of multilingual.txt by the Rust tokenizer, and of the first three with markers."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return {
        "file": "multilingual.txt",
        "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS],
        "marked": [tokenizer.encode(text).ids for text in TEXTS[:3]],
        "decoded": [tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids) for text in TEXTS],
    }


def chat_reference(wrapped: PreTrainedTokenizerFast) -> list[dict]:
    if not wrapped.chat_template:
        return []
    asked = [{"role": "user", "content": "Is the order late?"}]
    conversations = [asked, [*asked, {"role": "assistant", "content": " Yes. "}, {"role": "user", "content": "Why?"}]]
    if "System role not supported" not in wrapped.chat_template:
        conversations.append([{"role": "system", "content": "Answer briefly."}, *asked])
    return [
        {
            "messages": messages,
            "addGenerationPrompt": generation,
            "text": wrapped.apply_chat_template(messages, tokenize=False, add_generation_prompt=generation),
        }
        for messages in conversations
        for generation in (True, False)
    ]


def cut_rows(tokenizer: Tokenizer, texts: list[str], longest: tuple[int, ...] = (14, 8, 11)) -> dict:
    """Texts and their ids with markers; of a text that is too long only its beginning."""
    cut = []
    for text, most in zip(texts, longest, strict=True):
        while len(tokenizer.encode(text).ids) > most:
            text = text[:-1]
        cut.append(text)
    rows = [tokenizer.encode(text).ids for text in cut]
    assert len({len(row) for row in rows}) == 3 and min(map(len, rows)) >= 5, rows
    return {"texts": cut, "rows": rows}


def write_expected(folder: Path, expected: dict, arrays: dict[str, torch.Tensor]) -> None:
    stored = {name: a.detach().to(torch.float32).contiguous().clone() for name, a in arrays.items()}
    save_file(stored, folder / "expected.safetensors")
    write_json(folder / "expected.json", expected | {"versions": versions()})


def write_json(path: Path, value) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    # Lists of numbers on one line. (A string never holds a raw line break, so no string can match.)
    text = re.sub(r"\[\s[-+\d.,eE\s]+\]", lambda match: json.dumps(json.loads(match[0]), separators=(",", ":")), text)
    path.write_text(text + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("torch", "transformers", "tokenizers")}


def fresh(name: str) -> Path:
    """The fixture's folder, without what this step makes (GGUF and ONNX files stay until their own scripts run)."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and path.suffix != ".gguf":
            path.unlink()
    return folder


def chosen(names) -> list[str]:
    """Names given on the command line, or all."""
    return [name for name in names if not sys.argv[1:] or name in sys.argv[1:]]


def with_good_seed(build: Callable[[int], tuple[object, dict, dict]], distinct: int = 5, margin: float = 0.005):
    """The first seed whose greedy continuation does not repeat itself or hang on a rounding error."""
    for seed in range(100):
        model, expected, arrays = build(seed)
        tokens, narrowest = greedy(model, expected, arrays["prompt"])
        if len(set(tokens)) >= distinct and narrowest > margin:
            return model, expected | {"seed": seed, "greedy": tokens, "greedyMargin": round(narrowest, 4)}, arrays
    raise SystemExit("no seed gives a continuation worth comparing")


def report(name: str, folder: Path, expected: dict, arrays: dict) -> None:
    before, after = arrays["plain"], arrays["mean" if "mean" in arrays else "logits"]
    moved = float((after - before).abs().max())
    rounding = float((arrays["logits"] - arrays["logits64"]).abs().max()) if "logits64" in arrays else 0.0
    largest = max(path.stat().st_size for path in folder.iterdir() if path.is_file())
    print(
        f"{name:22} rows {[len(row) for row in expected['rows']]} loss {float(arrays['loss'][0]):.3f}"
        f" |gradient| {float(arrays['gradient'].norm()):.4f} prompt moves {moved:.2f} rounding {rounding:.1e}"
        f" seed {expected.get('seed')} distinct {len(set(expected.get('greedy', [])))} largest {largest // 1024} KB"
    )
