"""Small Parquet files of all kinds of columns and compressions, written by pyarrow (23.0.0), and their rows as JSON."""

import datetime as dt
import decimal
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

OUT = Path(__file__).parent / "fixtures" / "parquet"
OUT.mkdir(parents=True, exist_ok=True)

TEXTS = ["plain", "comma, and \"quotes\"", "two\nlines", "ümläut 漢字 🙂", "", None]
N = 24

columns = {
    "text": pa.array([TEXTS[i % 6] for i in range(N)], pa.string()),
    "label": pa.array([["billing", "delivery"][i % 2] for i in range(N)]).dictionary_encode(),
    "whole": pa.array([i - 5 for i in range(N)], pa.int32()),
    "large": pa.array([2**53 + i for i in range(N)], pa.int64()),
    "unsigned": pa.array([2**64 - 1 - i for i in range(N)], pa.uint64()),
    "single": pa.array([i / 10 for i in range(N)], pa.float32()),
    "double": pa.array([i / 10 if i % 4 else None for i in range(N)], pa.float64()),
    "flag": pa.array([i % 3 == 0 if i % 5 else None for i in range(N)]),
    "day": pa.array([dt.date(2024, 2, 28) + dt.timedelta(days=i) for i in range(N)]),
    "moment": pa.array([dt.datetime(2024, 2, 28, 12, 30, i) for i in range(N)], pa.timestamp("us")),
    "price": pa.array([decimal.Decimal(f"{i}.{i:02d}") for i in range(N)], pa.decimal128(9, 2)),
    "words": pa.array([["a", None, "c"][: i % 4] for i in range(N)], pa.list_(pa.string())),
    "answer": pa.array([{"text": TEXTS[i % 6], "start": i} for i in range(N)]),
    "bytes": pa.array([b"\xff\xfe\x00" if i % 2 else b"text" for i in range(N)], pa.binary()),
    "nothing": pa.nulls(N, pa.string()),
}
table = pa.table(columns)

CODECS = {"snappy": "snappy", "gzip": "gzip", "zstd": "zstd", "brotli": "brotli", "lz4": "lz4", "none": "none"}
for name, codec in CODECS.items():
    # Row groups of 10: 10, 10 and 4.
    pq.write_table(table, OUT / f"{name}.parquet", compression=codec, row_group_size=10)
pq.write_table(
    table, OUT / "pages2.parquet", data_page_version="2.0", compression="snappy", row_group_size=10, write_page_index=True
)
pq.write_table(table.slice(0, 0), OUT / "empty.parquet")


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat() + ".000Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "text" if value == b"text" else f"({len(value)} bytes)"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(round(value, 6))
    return str(value)


rows = [{name: cell(value) for name, value in row.items()} for row in table.to_pylist()]
(OUT / "rows.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
