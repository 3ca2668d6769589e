"""Rotary frequencies of every kind of scaling, by Transformers' ROPE_INIT_FUNCTIONS, in float32. `rotary_scaling.py`"""

import json
from pathlib import Path

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

HEAD = 64
CONTEXT = 4096
SHORT = [1 + i / 16 for i in range(HEAD // 2)]
LONG = [2 + i / 4 for i in range(HEAD // 2)]
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)

CASES = {
    "linear": dict(rope_type="linear", factor=4.0),
    "dynamic, within its context": dict(rope_type="dynamic", factor=4.0),
    "llama3": LLAMA3 | dict(original_max_position_embeddings=1024, rope_theta=500000.0),
    "llama3, wide band": LLAMA3 | dict(original_max_position_embeddings=2048, high_freq_factor=16.0),
    "yarn": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=1024),
    "yarn, factor by lengths": dict(rope_type="yarn", factor=None, original_max_position_embeddings=1024),
    "yarn, betas": dict(
        rope_type="yarn", factor=8.0, original_max_position_embeddings=512, beta_fast=16.0, beta_slow=2.0
    ),
    "yarn, not truncated": dict(
        rope_type="yarn", factor=8.0, original_max_position_embeddings=512, truncate=False
    ),
    "yarn, mscale": dict(
        rope_type="yarn", factor=8.0, original_max_position_embeddings=512, mscale=1.5, mscale_all_dim=0.7
    ),
    "yarn, attention factor": dict(
        rope_type="yarn", factor=8.0, original_max_position_embeddings=512, attention_factor=1.25
    ),
    "yarn, all extrapolated": dict(rope_type="yarn", factor=2.0, original_max_position_embeddings=1048576),
    "longrope": dict(
        rope_type="longrope", original_max_position_embeddings=1024, short_factor=SHORT, long_factor=LONG
    ),
    "longrope, factor": dict(
        rope_type="longrope",
        factor=32.0,
        original_max_position_embeddings=1024,
        short_factor=SHORT,
        long_factor=LONG,
    ),
    "longrope, attention factor": dict(
        rope_type="longrope",
        attention_factor=1.1,
        original_max_position_embeddings=1024,
        short_factor=SHORT,
        long_factor=LONG,
    ),
}


def compute(parameters: dict) -> dict:
    parameters = dict(rope_theta=10000.0) | parameters
    config = LlamaConfig(
        hidden_size=4 * HEAD,
        num_attention_heads=4,
        head_dim=HEAD,
        max_position_embeddings=CONTEXT,
        rope_parameters=dict(parameters),
    )
    frequencies, scale = ROPE_INIT_FUNCTIONS[parameters["rope_type"]](config, "cpu")
    return {
        "parameters": parameters,
        "size": HEAD,
        "contextLength": CONTEXT,
        "frequencies": [float(f"{value:.8e}") for value in frequencies.tolist()],
        "scale": float(scale),
    }


if __name__ == "__main__":
    path = Path(__file__).parent / "fixtures" / "rotary-scaling.json"
    path.write_text(json.dumps({name: compute(case) for name, case in CASES.items()}) + "\n")
