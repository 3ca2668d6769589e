"""Buckets of relative positions as T5's attention has them: for each setting, of the ways -300 to 300 between two tokens."""

import json

import torch
from transformers.models.t5.modeling_t5 import T5Attention

from reference import FOLDER

SETTINGS = [(32, 128, True), (32, 128, False), (8, 16, True), (8, 16, False), (12, 100, True)]

if __name__ == "__main__":
    ways = torch.arange(-300, 301)
    cases = [
        dict(
            count=count,
            furthest=furthest,
            bothWays=both_ways,
            buckets=T5Attention._relative_position_bucket(
                ways, bidirectional=both_ways, num_buckets=count, max_distance=furthest
            ).tolist(),
        )
        for count, furthest, both_ways in SETTINGS
    ]
    (FOLDER / "relative_buckets.json").write_text(json.dumps({"from": -300, "cases": cases}) + "\n")
