"""A tiny Marian tokenizer as its models come, without tokenizer.json, and ids by Transformers' MarianTokenizer.

Needs the package sentencepiece 0.2.3 beside Transformers. Two SentencePiece models, of English and of the other languages,
with a small table of replacements, and the vocabulary that both share.
"""

import json
import shutil
import tempfile
from pathlib import Path

import sentencepiece
from transformers import MarianTokenizer

from fixtures import FIXTURES, save_json
from models.charsmap import hexadecimal, rules
from sentencepiece_kinds import MULTILINGUAL, odd_texts

FOLDER = FIXTURES / "tokenizer-kinds" / "marian"


def train(path: Path, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rules.tsv").write_text("".join(f"{hexadecimal(a)}\t{hexadecimal(b)}\n" for a, b in rules()))
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts * 20),
            model_prefix=f"{folder}/model",
            vocab_size=260,
            hard_vocab_limit=False,
            character_coverage=0.98,
            num_threads=1,
            minloglevel=2,
            bos_id=-1,
            eos_id=0,
            unk_id=1,
            normalization_rule_tsv=f"{folder}/rules.tsv",
        )
        shutil.copyfile(f"{folder}/model.model", path)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [line for line in MULTILINGUAL if line.strip()]
    train(FOLDER / "source.spm", [line for line in lines if line.isascii()])
    train(FOLDER / "target.spm", [line for line in lines if not line.isascii()][:8])
    models = [sentencepiece.SentencePieceProcessor(model_file=str(FOLDER / name)) for name in ("source.spm", "target.spm")]
    pieces = dict.fromkeys(model.id_to_piece(i) for model in models for i in range(model.get_piece_size()))
    order = ["</s>", "<unk>", *[p for p in pieces if p not in ("</s>", "<unk>")], ">>de<<", "<pad>"]
    (FOLDER / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(order)}, ensure_ascii=False) + "\n")
    (FOLDER / "tokenizer_config.json").write_text(json.dumps({"source_lang": "en", "target_lang": "de"}) + "\n")
    tokenizer = MarianTokenizer.from_pretrained(str(FOLDER))
    rows = []
    for text in [*MULTILINGUAL, *odd_texts(100, ["</s>"]), ">>de<< The text is long.", ""]:
        ids = tokenizer(text)["input_ids"]
        answer = tokenizer(text_target=text)["input_ids"]
        decoded = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        rows.append({"text": text, "ids": ids, "answer": answer, "decoded": decoded})
    save_json("tokenizer-kinds/marian/rows.json", rows)


if __name__ == "__main__":
    main()
