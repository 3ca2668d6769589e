"""Reference token ids of SmolLM2: tokenizer_check.py MODEL.gguf DATA_FOLDER

The data may not be published, so its ids are stored as one sha256 for each block of 100 texts; the project's own
texts are stored with their ids.
"""

import hashlib
import json
import sys
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

from fixtures import save_json
from smollm2_reference import load_tokenizer, metadata
from smollm2_texts import CHATS, TOKEN_TEXTS

BLOCK = 100
# The first `texts` texts of each file: of JSON lines the named columns of each row in turn; of a CSV file its raw
# lines (without "\n"), header included.
SOURCES = [
    {"file": "sst2/train.jsonl", "columns": ["text"], "texts": 3000},
    {"file": "sst2/dev.jsonl", "columns": ["text"], "texts": 800},
    {"file": "trec/train.jsonl", "columns": ["text"], "texts": 2000},
    {"file": "banking77/train.csv", "columns": None, "texts": 2000},
    {"file": "multi30k-en-de/train.jsonl", "columns": ["en", "de"], "texts": 2200},
]


def read_texts(folder: str, source: dict) -> list[str]:
    lines = Path(folder, source["file"]).read_bytes().decode().split("\n")
    if source["columns"]:
        rows = (json.loads(line) for line in lines if line)
        texts = [row[column] for row in rows for column in source["columns"]]
    else:
        texts = lines
    assert len(texts) >= source["texts"]
    return texts[: source["texts"]]


def block_hash(rows: list[list[int]]) -> str:
    """sha256 of the ids in decimal: "," between the ids of a text, a line feed between texts, none at the end."""
    text = "\n".join(",".join(map(str, row)) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def main(gguf_path: str, data_folder: str) -> None:
    tokenizer = load_tokenizer(gguf_path)
    sources = []
    for source in SOURCES:
        rows = [tokenizer.encode(text).ids for text in read_texts(data_folder, source)]
        blocks = [block_hash(rows[i : i + BLOCK]) for i in range(0, len(rows), BLOCK)]
        tokens = sum(map(len, rows))
        print(f"{source['file']}: {len(rows)} texts, {tokens} tokens")
        sources.append(source | {"tokens": tokens, "sha256": blocks})
    save_json("smollm2/token-hashes.json", {"block": BLOCK, "sources": sources})

    sample = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TOKEN_TEXTS]
    save_json("smollm2/tokens-sample.json", sample)

    template, chats = metadata(gguf_path)["chat_template"], []
    for messages in CHATS:
        for prompt in (True, False):
            [text], _ = render_jinja_template([messages], chat_template=template, add_generation_prompt=prompt)
            ids = tokenizer.encode(text).ids
            chats.append({"messages": messages, "add_generation_prompt": prompt, "text": text, "ids": ids})
    save_json("smollm2/chats.json", chats)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
