"""One refused row's bytes to fields again, as its file was written."""

from __future__ import annotations

import csv
import json

from client.ingest.files_plan import Written


def split(raw: bytes, written: Written) -> list[str | None] | None:
    """Fields in the order of the file's columns; null where empty; None where it cannot be split.

    Args:
        raw: The row in UTF-8; of a table, a line of CSV.
        written: How its file was written.
    """
    try:
        text = raw.decode("utf-8")
        if written.format == "jsonl":
            return _json(text, written)
        delimiter = written.delimiter if written.format == "csv" else ","
        (fields,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (ValueError, RecursionError, csv.Error):
        return None
    if len(fields) != len(written.names) or "\0" in text:
        return None
    return [f.strip() or None for f in fields]


def _json(text: str, written: Written) -> list[str | None] | None:
    row = json.loads(text, parse_float=str, parse_int=str)
    if not isinstance(row, dict) or any(isinstance(v, dict | list) for v in row.values()):
        return None
    return [None if row.get(n) is None else str(row[n]).strip() or None for n in written.names]
