"""Tiny SentencePiece models as GGUF metadata has them, and ids of odd texts by SentencePiece itself.

Needs the package sentencepiece 0.2.3. `pairs`: byte-pair encoding with bytes for unknown characters and a space put before the
text, as Llama 2 has it; `pairs-plain`: without that space, as Gemma has it; `unigrams`: with a table of replacements and
without spaces to spare, as T5 has it; `unigrams-bytes`: with bytes for unknown characters.
"""

import base64
import random
import tempfile
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from fixtures import save_json
from models.charsmap import hexadecimal, rules

FIXTURES = Path(__file__).parent / "fixtures"
MULTILINGUAL = (FIXTURES / "models" / "multilingual.txt").read_text(encoding="utf-8").split("\n")
TRAINING = [line for line in MULTILINGUAL if line.strip()] * 20
# Without a row of the same letters: which of its cuts is best is decided by rounding, and that by what stands before.
JOINED = " ".join(line for line in MULTILINGUAL if "aaa" not in line)
PIECES = [
    *"²½Ⅳ٣①é🙂ßü中日\u00a0\u3000\u0300\u0006\t▁",
    *["  ", "   ", " ", " the", "The", "▁the", "Å", "ﬁ", "text", " parcel", "2024", "<0x0A>", "...", "한국", "한국"],
]
USER_DEFINED = sentencepiece_model_pb2.ModelProto.SentencePiece.USER_DEFINED
KINDS = {
    "pairs": dict(model_type="bpe", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False),
    "pairs-plain": dict(
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=False,
        user_defined_symbols=["<turn>", "▁▁", "the"],
        control_symbols=["<mark>"],
    ),
    "unigrams": dict(model_type="unigram"),
    "unigrams-bytes": dict(model_type="unigram", byte_fallback=True, normalization_rule_name="identity"),
}


def odd_texts(count: int, extra: list[str]) -> list[str]:
    rng = random.Random(3)
    return ["".join(rng.choices(PIECES + extra, k=rng.randint(1, 12))) for _ in range(count)]


def train(name: str, folder: str) -> sentencepiece_model_pb2.ModelProto:
    settings = KINDS[name]
    if name == "unigrams":
        Path(folder, "rules.tsv").write_text("".join(f"{hexadecimal(a)}\t{hexadecimal(b)}\n" for a, b in rules()))
        settings = settings | dict(normalization_rule_tsv=f"{folder}/rules.tsv")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TRAINING),
        model_prefix=f"{folder}/{name}",
        vocab_size=800,
        hard_vocab_limit=False,
        character_coverage=0.98,
        num_threads=1,
        minloglevel=2,
        **settings,
    )
    return sentencepiece_model_pb2.ModelProto.FromString(Path(folder, f"{name}.model").read_bytes())


def metadata(model: sentencepiece_model_pb2.ModelProto) -> dict:
    pairs = model.trainer_spec.model_type == sentencepiece_model_pb2.TrainerSpec.BPE
    return {
        "tokenizer.ggml.model": "llama" if pairs else "t5",
        # As llama.cpp's converter: users' own symbols are looked for in the text as it stands.
        "tokenizer.ggml.tokens": [p.piece.replace("▁", " ") if p.type == USER_DEFINED else p.piece for p in model.pieces],
        "tokenizer.ggml.scores": [piece.score for piece in model.pieces],
        "tokenizer.ggml.token_type": [piece.type for piece in model.pieces],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_space_prefix": model.normalizer_spec.add_dummy_prefix,
        "tokenizer.ggml.remove_extra_whitespaces": model.normalizer_spec.remove_extra_whitespaces,
    }


def main() -> None:
    for name in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            model = train(name, folder)
            processor = sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())
        extra = ["<turn>"] if name == "pairs-plain" else []
        texts = [*MULTILINGUAL, *odd_texts(200, extra), *[JOINED, "", " ", "▁"]]
        if name == "pairs-plain":
            # Its own symbol for two spaces is not looked for in signs for spaces that stand in the text.
            texts = [text for text in texts if "▁" not in text]
        rows = [{"text": text, "ids": processor.encode(text)} for text in texts]
        assert all(processor.id_to_piece(i) != "" for row in rows for i in row["ids"])
        table = base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()
        save_json(f"tokenizer-kinds/sentencepiece-{name}.json", {"metadata": metadata(model), "charsmap": table, "rows": rows})


if __name__ == "__main__":
    main()
