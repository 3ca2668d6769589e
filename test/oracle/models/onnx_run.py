"""Runs an exported file in onnxruntime, with token ids in, as its exporter meant it to be run."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

FOLDER = Path(__file__).parent.parent / "fixtures" / "models"
TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_}


def open_session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Past:
    """Keys and values of the tokens before, by the names of the file's outputs."""

    def __init__(self, outputs: dict[str, np.ndarray] | None = None, length: int = 0, head: int = 0):
        self.outputs = outputs or {}
        self.length = length
        self.head = head  # width of a head, for files that do not say it

    def of(self, port) -> np.ndarray:
        for name, value in self.outputs.items():
            if name.replace("present", "past_key_values") == port.name or name.replace("present", "past") == port.name:
                return value
        heads, size = port.shape[1], port.shape[3]
        return np.zeros([1, heads, 0, size if isinstance(size, int) else self.head], TYPES[port.type])


def run(session, ids: list[int], past: Past | None = None, given: dict | None = None) -> tuple[np.ndarray, Past]:
    """Logits (or hidden states) of a row, [tokens, …], and the cache after it."""
    past = past or Past()
    ports = {port.name: port for port in session.get_inputs()}
    total = past.length + len(ids)
    known = {
        "input_ids": np.array([ids]),
        "attention_mask": np.ones([1, total]),
        "position_ids": np.arange(past.length, total)[None],
        "token_type_ids": np.zeros([1, len(ids)]),
        "use_cache_branch": np.array([past.length > 0]),
        **(given or {}),
    }
    feeds = {
        name: known[name].astype(TYPES[port.type]) if name in known else past.of(port) for name, port in ports.items()
    }
    names = [port.name for port in session.get_outputs()]
    values = dict(zip(names, session.run(None, feeds), strict=True))
    presents = {**past.outputs, **{name: v for name, v in values.items() if name.startswith("present") and v.size}}
    return values[names[0]][0], Past(presents, total)


def expected_of(name: str) -> tuple[dict, dict[str, np.ndarray]]:
    folder = FOLDER / name
    return json.loads((folder / "expected.json").read_text()), load_file(folder / "expected.safetensors")


def has_past(session) -> bool:
    return any("past" in port.name for port in session.get_inputs())


def head_size(folder: Path) -> int:
    config = json.loads((folder / "config.json").read_text())
    return config.get("head_dim") or config.get("hidden_size", 0) // config.get("num_attention_heads", 1)


def plain_logits(path: Path, expected: dict, steps: bool = True) -> np.ndarray:
    """Logits at each row's readout, without a soft prompt, [rows, vocabulary]; those of two steps must be the same."""
    session = open_session(path)
    empty = Past(head=head_size(path.parents[2]))
    rows = []
    for i, ids in enumerate(expected["rows"]):
        at = expected["positions"][i] if expected["kind"] == "masked" else -1
        whole, _ = run(session, ids, empty)
        rows.append(whole[at] if expected["kind"] != "encoder" else whole.mean(0))
        if steps and has_past(session):
            _, past = run(session, ids[:-2], empty)
            later, _ = run(session, ids[-2:], past)
            np.testing.assert_allclose(later[-1], whole[-1], atol=1e-4)
    return np.stack(rows)


def check(name: str, path: Path) -> str:
    """The file computes what Transformers computes."""
    expected, arrays = expected_of(name)
    worst = float(np.abs(plain_logits(path, expected) - arrays["plain"]).max())
    assert worst < 1e-4, f"{path}: off by {worst}"
    return f"{describe(path)}, off by {worst:.0e}"


def describe(path: Path) -> str:
    model = onnx.load(path, load_external_data=False)
    opsets = ", ".join(f"{o.domain or 'onnx'} {o.version}" for o in model.opset_import)
    files = sum(f.stat().st_size for f in path.parent.iterdir() if f.name.startswith(path.name))
    return f"{files // 1024:>4} KB, {len(model.graph.node):>4} nodes, {opsets}"


def with_data_beside(path: Path, suffix: str = "_data", least: int = 512) -> None:
    """Moves the weights to a file of their own, as exporters do with large models."""
    model = onnx.load(path)
    path.unlink()
    data = path.name + suffix
    onnx.save(model, path, save_as_external_data=True, location=data, size_threshold=least)
