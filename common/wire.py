"""Codecs only: RoundPlan, RoundReport and bundles, to and from Flower records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict
from numpy.typing import NDArray

from common.canonical import canonical
from common.rounds import RoundPlan, RoundReport, Tensors

#: Names of the messages: Flower runs "train" and "evaluate" handlers, and "query.bundle".
TRAIN = "train"
EVALUATE = "evaluate"
BUNDLE = "query.bundle"

#: A header is some hundred bytes; a tensor set is a small model. More is somebody's mistake.
MAX_HEADER_BYTES = 64 * 1024
MAX_TENSOR_BYTES = 512 * 1024 * 1024
MAX_BUNDLE_BYTES = 512 * 1024 * 1024

_PLAN, _REPORT, _TENSORS, _FILE, _RECEIPT = "plan", "report", "tensors", "bundle", "receipt"


def plan_to_records(plan: RoundPlan) -> RecordDict:
    """A plan as records: one header in JSON, its signature, its tensors."""
    return _pack(_PLAN, plan.header(), plan.signature, plan.tensors)


def plan_from_records(records: RecordDict) -> RoundPlan:
    """Inverse of `plan_to_records`; the signature is carried, not checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    return RoundPlan.from_header(*_unpack(_PLAN, records))


def report_to_records(report: RoundReport) -> RecordDict:
    """A report as records: one header in JSON, its signature, its tensors."""
    return _pack(_REPORT, report.header(), report.signature, report.tensors)


def report_from_records(records: RecordDict) -> RoundReport:
    """Inverse of `report_to_records`; the signature is carried, not checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    return RoundReport.from_header(*_unpack(_REPORT, records))


def bundle_to_records(bundle: bytes) -> RecordDict:
    """A packed ModelBundle as records."""
    return RecordDict({_FILE: ConfigRecord({"zip": bundle})})


def bundle_from_records(records: RecordDict) -> bytes:
    """Inverse of `bundle_to_records`; what is inside is not looked at.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    packed = _config(records, _FILE, {_FILE}, {"zip"})["zip"]
    if not isinstance(packed, bytes) or len(packed) > MAX_BUNDLE_BYTES:
        raise ValueError("the bundle is no file of allowed size")
    return packed


def receipt_to_records(digest: str) -> RecordDict:
    """What a merchant answers when a bundle was installed: its digest, which is public."""
    return RecordDict({_RECEIPT: ConfigRecord({"digest": digest})})


def receipt_from_records(records: RecordDict) -> str:
    """Inverse of `receipt_to_records`.

    Raises:
        ValueError: anything is missing, unknown or of another type.
    """
    digest = _config(records, _RECEIPT, {_RECEIPT}, {"digest"})["digest"]
    if not isinstance(digest, str) or len(digest) > 128:
        raise ValueError("the receipt holds no digest")
    return digest


def _pack(name: str, header: Mapping[str, Any], signature: str, tensors: Tensors) -> RecordDict:
    arrays = {
        key: Array(np.asarray(value, dtype=np.float32, order="C")) for key, value in tensors.items()
    }
    config = ConfigRecord({"header": canonical(header).decode("utf-8"), "signature": signature})
    return RecordDict({name: config, _TENSORS: ArrayRecord(arrays)})


def _unpack(name: str, records: RecordDict) -> tuple[dict[str, Any], Tensors, str]:
    config = _config(records, name, {name, _TENSORS}, {"header", "signature"})
    header, signature = config["header"], config["signature"]
    if not isinstance(header, str) or not isinstance(signature, str) or len(signature) > 256:
        raise ValueError("header and signature must be text")
    if len(header) > MAX_HEADER_BYTES:
        raise ValueError("the header is too long")
    raw = _loads(header)
    if not isinstance(raw, dict) or canonical(raw) != header.encode("utf-8"):
        raise ValueError("the header is not canonical JSON")
    return raw, _tensors(records), signature


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as e:
        raise ValueError("the header is nested too deep") from e


def _config(records: RecordDict, name: str, keys: set[str], fields: set[str]) -> ConfigRecord:
    if set(records) != keys:
        raise ValueError("the message's records are not those of the protocol")
    record = records[name]
    if not isinstance(record, ConfigRecord) or set(record) != fields:
        raise ValueError("the message's fields are not those of the protocol")
    return record


def _tensors(records: RecordDict) -> Tensors:
    """Float32 arrays only, whose declared type and shape are what their bytes hold."""
    record = records[_TENSORS]
    if not isinstance(record, ArrayRecord):
        raise ValueError("the tensors are no array record")
    if sum(len(array.data) for array in record.values()) > MAX_TENSOR_BYTES:
        raise ValueError("the tensors are too large")
    return {name: _tensor(array) for name, array in record.items()}


def _tensor(array: Array) -> NDArray[np.float32]:
    if array.dtype != "float32" or array.stype != "numpy.ndarray":
        raise ValueError("a tensor is not float32")
    try:
        value = array.numpy()  # numpy.load with pickles forbidden
    except (ValueError, OSError, EOFError, SyntaxError, MemoryError) as e:
        raise ValueError("a tensor cannot be read") from e
    if not isinstance(value, np.ndarray) or value.dtype != np.float32:
        raise ValueError("a tensor is not float32")
    if value.shape != tuple(array.shape):
        raise ValueError("a tensor's shape is not the declared one")
    return np.asarray(value, dtype=np.float32, order="C")
