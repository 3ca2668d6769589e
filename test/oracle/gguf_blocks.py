"""Quantised blocks and the float32 values they stand for, by the gguf package.

Ten blocks of each type are quantised from random numbers of growing size; ten are random bytes with a finite scale,
so that every bit pattern of the quants occurs. K-quants, which the package does not write, are random bytes only.
"""

import base64

import gguf
import numpy as np

from fixtures import save_json

BLOCKS = 20
TYPES = ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1"]
HALF_PRECISION_SCALES = {"Q8_0": 1, "Q4_0": 1, "Q4_1": 2}  # how many float16 values open a block
RANDOM_BLOCKS = 4
# Types of which only random blocks are made: where in a block its float16 values are.
RANDOM_TYPES = {
    "Q5_0": slice(0, 2),
    "Q5_1": slice(0, 4),
    "Q4_K": slice(0, 4),
    "Q5_K": slice(0, 4),
    "Q6_K": slice(208, 210),
    "Q2_K": slice(80, 84),
    "Q3_K": slice(108, 110),
    "IQ4_NL": slice(0, 2),
    "IQ4_XS": slice(0, 2),
}
SPECIAL_VALUES = {
    "F16": [0.0, -0.0, 1.0, -2.0, 65504.0, -65504.0, 2.0**-14, 2.0**-24, -(2.0**-24) * 1023, 1 / 3],
    "BF16": [0.0, -0.0, 1.0, -2.0, 3.3895314e38, -1e-38, 2.0**-126, 2.0**-133, -(2.0**-133) * 100, 1 / 3],
}


def quantised_blocks(name: str, rng: np.random.Generator) -> np.ndarray:
    kind = gguf.GGMLQuantizationType[name]
    sizes = 10.0 ** np.linspace(-3, 2, BLOCKS // 2)[:, None]
    numbers = (rng.standard_normal((BLOCKS // 2, 32)) * sizes).astype(np.float32)
    if name in SPECIAL_VALUES:
        special = np.array(SPECIAL_VALUES[name], np.float32)
        numbers[0, : len(special)] = special
        more = rng.standard_normal((BLOCKS // 2, 32)).astype(np.float32)
        return gguf.quants.quantize(np.concatenate([numbers, more]), kind).view(np.uint8).reshape(BLOCKS, -1)
    blocks = gguf.quants.quantize(numbers, kind)
    random = rng.integers(0, 256, blocks.shape, dtype=np.uint8)
    scales = rng.standard_normal((len(random), HALF_PRECISION_SCALES[name])).astype(np.float16)
    random[:, : scales.shape[1] * 2] = scales.view(np.uint8)
    return np.concatenate([blocks, random])


def random_blocks(name: str, rng: np.random.Generator) -> np.ndarray:
    _, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    blocks = rng.integers(0, 256, (RANDOM_BLOCKS, size), dtype=np.uint8)
    place = RANDOM_TYPES[name]
    scales = rng.standard_normal((RANDOM_BLOCKS, (place.stop - place.start) // 2)).astype(np.float16)
    blocks[:, place] = scales.view(np.uint8)
    return blocks


def main() -> None:
    rng = np.random.default_rng(0)
    result = {}
    for name in [*TYPES, *RANDOM_TYPES]:
        kind = gguf.GGMLQuantizationType[name]
        raw = quantised_blocks(name, rng) if name in TYPES else random_blocks(name, rng)
        typed = raw.view(np.float16) if name == "F16" else raw
        values = gguf.quants.dequantize(typed, kind).astype(np.float32)
        assert np.isfinite(values).all()
        result[name] = {
            "values": values.size,
            "raw": base64.b64encode(raw.tobytes()).decode(),
            "float32": base64.b64encode(values.astype("<f4").tobytes()).decode(),
        }
    save_json("gguf-blocks.json", result)


if __name__ == "__main__":
    main()
