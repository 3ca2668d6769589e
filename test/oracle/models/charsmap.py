"""A small SentencePiece normaliser table (`precompiled_charsmap`), by SentencePiece itself, for T5's kind of tokenizer.

Needs the package sentencepiece 0.2.3. The table covers NFKC and the white space of multilingual.txt; those of real
models are of the same form, but too large for a fixture (300 KB).
"""

import base64
import json
import tempfile
import unicodedata
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

HERE = Path(__file__).parent
TEXT = (HERE.parent / "fixtures" / "models" / "multilingual.txt").read_text(encoding="utf-8")
REMOVED = "\u0001\u007f\u200b\ufeff"
SPACES = "\t\u0085\u00a0\u2003\u2009\u202f\u3000"


def clusters(text: str) -> list[str]:
    """Each character alone, and each letter with the combining marks after it."""
    found = set(text)
    for i, c in enumerate(text):
        end = i + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        if end > i + 1 and not unicodedata.combining(c):
            found |= {text[i:stop] for stop in range(i + 2, end + 1)}
    return sorted(found)


def rules() -> list[tuple[str, str]]:
    table = {c: "" for c in REMOVED} | {c: " " for c in SPACES}
    for source in clusters(TEXT):
        normal = unicodedata.normalize("NFKC", source)
        if source not in table and normal != source:
            table[source] = normal
    return sorted(table.items())


def hexadecimal(text: str) -> str:
    return " ".join(f"{ord(c):X}" for c in text)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rules.tsv").write_text("".join(f"{hexadecimal(a)}\t{hexadecimal(b)}\n" for a, b in rules()))
        Path(folder, "text.txt").write_text("ab abc abcd " * 20 + "\n")
        sentencepiece.SentencePieceTrainer.train(
            input=f"{folder}/text.txt",
            model_prefix=f"{folder}/model",
            vocab_size=10,
            hard_vocab_limit=False,
            normalization_rule_tsv=f"{folder}/rules.tsv",
        )
        model = sentencepiece_model_pb2.ModelProto.FromString(Path(folder, "model.model").read_bytes())
    table = model.normalizer_spec.precompiled_charsmap
    (HERE.parent / "fixtures" / "models" / "charsmap.json").write_text(json.dumps(base64.b64encode(table).decode()) + "\n")
    print(f"{len(rules())} rules, {len(table)} bytes")


if __name__ == "__main__":
    main()
