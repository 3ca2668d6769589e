"""ONNX files by Optimum: plain operators, with and without past, merged with `If`. `onnx_optimum.py [NAME…]`

In an environment of its own: torch==2.13.0 optimum-onnx==0.1.0 (brings Transformers 4) accelerate onnxruntime.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from optimum.exporters.onnx import export, main_export
from optimum.exporters.tasks import TasksManager
from optimum.onnx import merge_decoders
from transformers import AutoModelForCausalLM

from onnx_run import FOLDER, check, describe, expected_of, open_session, run, with_data_beside

EXPORTS = [
    ("llama3", "optimum-with-past", "text-generation-with-past"),
    ("llama3", "optimum-without-past", "text-generation"),
    ("gpt2", "optimum-with-past", "text-generation-with-past"),
    ("gpt2", "optimum-merged", "merged"),
    ("qwen2", "optimum-with-past", "text-generation-with-past"),
    ("bert", "optimum", "fill-mask"),
    ("minilm", "optimum", "feature-extraction"),
    ("t5", "optimum", "text2text-generation-with-past"),
]
KEPT = {".onnx", ".onnx_data"}
KEPT_NAMES = {"config.json", "tokenizer.json", "tokenizer_config.json"}


def for_transformers4(name: str, folder: Path) -> None:
    """A copy of the model with its config.json as Transformers 4 wrote it."""
    source = FOLDER / name
    for file in ("model.safetensors", "tokenizer.json"):
        shutil.copy(source / file, folder / file)
    config = json.loads((source / "config.json").read_text())
    rope = config.pop("rope_parameters", None)
    if rope:
        config["rope_theta"] = rope.pop("rope_theta")
        config["rope_scaling"] = rope if rope["rope_type"] != "default" else None
    config["torch_dtype"] = config.pop("dtype")
    (folder / "config.json").write_text(json.dumps(config))
    tokenizer = json.loads((source / "tokenizer_config.json").read_text()) | {"tokenizer_class": "PreTrainedTokenizerFast"}
    tokenizer.pop("backend", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))


def merged(source: Path, output: Path) -> None:
    """The way of older exporters: two graphs, without and with past, as branches of one `If`."""
    model = AutoModelForCausalLM.from_pretrained(source)
    make_config = TasksManager.get_exporter_config_constructor("onnx", model, task="text-generation")
    parts = []
    for with_past in (False, True):
        config = make_config(model.config, task="text-generation", use_past=True, use_past_in_inputs=with_past)
        parts.append(output / f"part{with_past}.onnx")
        export(model, config, parts[-1], opset=18)
    merge_decoders(*parts, save_path=output / "decoder_model_merged.onnx")
    for part in parts:
        part.unlink()
    shutil.copy(source / "config.json", output / "config.json")
    with_data_beside(output / "decoder_model_merged.onnx")


def check_t5(folder: Path) -> None:
    expected, arrays = expected_of("t5")
    encoder = open_session(folder / "encoder_model.onnx")
    print(f"  encoder {describe(folder / 'encoder_model.onnx')}")
    for file in ("decoder_model.onnx", "decoder_model_merged.onnx"):
        decoder = open_session(folder / file)
        worst = 0.0
        for ids, decoder_ids, plain in zip(expected["rows"], expected["decoderRows"], arrays["plain"], strict=True):
            states, _ = run(encoder, ids)
            given = {"encoder_hidden_states": states[None], "encoder_attention_mask": np.ones([1, len(ids)])}
            logits, past = run(decoder, decoder_ids, given=given)
            worst = max(worst, float(np.abs(logits[-1] - plain).max()))
            if len(decoder_ids) > 1 and "merged" in file:
                _, past = run(decoder, decoder_ids[:-1], given=given)
                later, _ = run(decoder, decoder_ids[-1:], past, given)
                worst = max(worst, float(np.abs(later[-1] - plain).max()))
        assert worst < 1e-4, f"{file}: off by {worst}"
        print(f"  {file} {describe(folder / file)}, off by {worst:.0e}")


def make(name: str, variant: str, task: str) -> None:
    folder = FOLDER / name / "onnx" / variant
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        for_transformers4(name, source)
        if task == "merged":
            merged(source, folder)
        else:
            main_export(temporary, output=str(folder), task=task, do_validation=False, library_name="transformers")
    for path in folder.iterdir():
        if path.suffix not in KEPT and path.name not in KEPT_NAMES:
            path.unlink()
    (folder / "config.json").write_text((folder / "config.json").read_text().replace(temporary, name))
    if name == "t5":
        (folder / "decoder_with_past_model.onnx").unlink()
        with_data_beside(folder / "decoder_model_merged.onnx")
        print(f"{name}/{variant}")
        check_t5(folder)
        return
    [path] = [path for path in folder.iterdir() if path.suffix == ".onnx"]
    print(f"{name}/{variant} {check(name, path)}")


if __name__ == "__main__":
    for export_ in EXPORTS:
        if not sys.argv[1:] or export_[0] in sys.argv[1:]:
            make(*export_)
