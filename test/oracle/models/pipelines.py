"""Small tokenizers, each with its family's true pipeline: normaliser, cut, merges, markers, decoder.

Trained on multilingual.txt. The alphabet is chosen here, not by the trainers: theirs depends on the order of a hash map.
"""

import json
from collections import Counter
from math import log

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from reference import TEXTS

GPT4_LIKE = (  # Llama 3 and SmolLM3: up to three digits together; Qwen2: one by one
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def characters(texts: list[str], most: int) -> list[str]:
    """The most frequent characters, white space apart; ties by code point."""
    counts = Counter(c for text in texts for c in text if not c.isspace())
    return sorted(counts, key=lambda c: (-counts[c], c))[:most]


def begins_and_ends(tokenizer: Tokenizer, before: list[str], after: list[str]) -> processors.TemplateProcessing:
    return processors.TemplateProcessing(
        single=" ".join([*before, "$A", *after]),
        pair=" ".join([*before, "$A", *after, "$B:1", *[f"{token}:1" for token in after]]),
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in {*before, *after}],
    )


def byte_level(
    special: list[str | AddedToken],
    *,
    size: int = 320,
    split: str | None = None,
    nfc: bool = False,
    prefix_space: bool = False,
    ignore_merges: bool = False,
    before: list[str] = [],
    after: list[str] = [],
    roberta: bool = False,
    last: list[str | AddedToken] = [],
) -> Tokenizer:
    """GPT-2's kind: text as bytes, cut by a regular expression (GPT-2's own when `split` is not given)."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if nfc:
        tokenizer.normalizer = normalizers.NFC()
    level = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=split is None)
    tokenizer.pre_tokenizer = (
        pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(split), behavior="isolated"), level]) if split else level
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(last),
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    for token in last:
        (tokenizer.add_special_tokens if isinstance(token, str) or token.special else tokenizer.add_tokens)([token])
    trimmed = processors.ByteLevel(trim_offsets=False)
    if roberta:
        ends = [(token, tokenizer.token_to_id(token)) for token in ("</s>", "<s>")]
        tokenizer.post_processor = processors.RobertaProcessing(*ends, add_prefix_space=prefix_space)
    elif before or after:
        tokenizer.post_processor = processors.Sequence([trimmed, begins_and_ends(tokenizer, before, after)])
    else:
        tokenizer.post_processor = trimmed
    return tokenizer


def every_merge(pieces: list[str]) -> list[tuple[str, str]]:
    """All pairs that make a piece: SentencePiece joins any neighbours whose join is a piece, the earliest piece first."""
    rank = {piece: i for i, piece in enumerate(pieces)}
    splits = [[(piece[:i], piece[i:]) for i in range(1, len(piece))] for piece in pieces]
    known = [[pair for pair in pairs if pair[0] in rank and pair[1] in rank] for pairs in splits]
    return [pair for pairs in known for pair in sorted(pairs, key=lambda p: (rank[p[0]], rank[p[1]]))]


def byte_fallback(special: list[str], *, style: str, size: int = 384, before: list[str] = []) -> Tokenizer:
    """SentencePiece's BPE as converted: spaces are ▁, what no piece covers becomes bytes.

    `style`: `prepend` (Llama 2: the normaliser puts a ▁ first), `metaspace` (Mistral v0.3, a pre-tokenizer does),
    `gemma` (none is put first).
    """
    marked = [("" if style == "gemma" else "▁") + text.replace(" ", "▁") for text in TEXTS]
    alphabet = ["▁", *characters(TEXTS, 60)]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(special) - 256,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    trained.train_from_iterator(marked, trainer)
    learned = json.loads(trained.to_str())["model"]
    pieces = sorted(learned["vocab"], key=learned["vocab"].get)
    tokenizer = Tokenizer(
        models.BPE(
            vocab={piece: i for i, piece in enumerate([*special, *BYTES, *pieces])},
            merges=every_merge(pieces),
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    to_space = decoders.Replace("▁", " ")
    read = [to_space, decoders.ByteFallback(), decoders.Fuse()]
    if style == "prepend":
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    elif style == "metaspace":
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence(read if style == "gemma" else [*read, decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(special)
    if before:
        tokenizer.post_processor = begins_and_ends(tokenizer, before, [])
    return tokenizer


def frequent_pieces(words: list[str], longest: int = 8) -> Counter:
    """How often each substring occurs. (The trainers of WordPiece and Unigram give another vocabulary each time.)"""
    return Counter(w[i : i + n] for w in words for n in range(1, longest) for i in range(len(w) - n + 1))


def by_saving(counts: Counter) -> list[str]:
    """Substrings that occur, the ones that save most tokens first; ties by code points."""
    return sorted((p for p in counts if len(p) > 1 and counts[p] > 1), key=lambda p: (-counts[p] * len(p), p))


def word_piece(*, lowercase: bool, size: int = 320) -> Tokenizer:
    """BERT's."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    cut = pre_tokenizers.BertPreTokenizer()
    clean = [normalizer.normalize_str(text) for text in TEXTS]
    words = [word for text in clean for word, _ in cut.pre_tokenize_str(text)]
    first = frequent_pieces([f"^{word}" for word in words])  # ^: where a word begins
    pieces = [p[1:] if p[0] == "^" else f"##{p}" for p in by_saving(first)]
    alphabet = characters(clean, 100)
    letters = [c for c in alphabet if c.isalnum()]
    vocabulary = list(dict.fromkeys([*special, *alphabet, *[f"##{c}" for c in letters], *pieces]))[:size]
    model = models.WordPiece({piece: i for i, piece in enumerate(vocabulary)}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = begins_and_ends(tokenizer, ["[CLS]"], ["[SEP]"])
    return tokenizer


def unigram(
    special: list[str],
    *,
    unknown: str,
    normalizer: normalizers.Normalizer | None,
    size: int = 320,
    before: list[str] = [],
    after: list[str] = [],
    byte_pieces: bool = False,
) -> Tokenizer:
    """SentencePiece's unigram as converted. The pieces are frequent substrings, scored by their logarithmic frequency."""
    cut = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    clean = [normalizer.normalize_str(text) if normalizer else text for text in TEXTS]
    words = [word for text in clean for word, _ in cut.pre_tokenize_str(text)]
    counts = frequent_pieces(words)
    alphabet = ["▁", *characters(clean, 100)]
    bytes_ = BYTES if byte_pieces else []
    chosen = [*by_saving(counts)[: size - len(special) - len(bytes_) - len(alphabet)], *alphabet]
    total = sum(counts[piece] for piece in chosen)
    scored = sorted(((p, round(log(max(counts[p], 1) / total), 6)) for p in chosen), key=lambda s: (-s[1], s[0]))
    fixed = [(token, 0.0) for token in [*special, *bytes_]]
    tokenizer = Tokenizer(
        models.Unigram(fixed + scored, unk_id=special.index(unknown), byte_fallback=byte_pieces)
    )
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(special)
    if before or after:
        tokenizer.post_processor = begins_and_ends(tokenizer, before, after)
    return tokenizer
