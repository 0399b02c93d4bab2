"""Codecs only: RoundPlan, RoundReport and bundles, to and from Flower records."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from flwr.app import ConfigRecord, RecordDict
from numpy.typing import NDArray

from common.canonical import canonical
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Tensors
from common.secagg import codec
from common.secagg.messages import MaskedSum, Message
from common.secagg.roster import Roster

#: Names of the messages: Flower runs "train" and "evaluate" handlers, and "query.bundle".
TRAIN = "train"
EVALUATE = "evaluate"
BUNDLE = "query.bundle"
#: All stages of a secure sum: what is asked stands in the record.
SUM = "query.sum"

#: A header is some hundred bytes; a tensor set is a small model. More is somebody's mistake.
MAX_HEADER_BYTES = 64 * 1024
#: A report proves its ledger's growth entry by entry: many failed attempts make it long.
MAX_REPORT_HEADER_BYTES = 4 * 1024 * 1024
MAX_TENSOR_BYTES = 512 * 1024 * 1024
MAX_BUNDLE_BYTES = 512 * 1024 * 1024

_PLAN, _REPORT, _FILE = "plan", "report", "bundle"
_INSTALLED, _RECEIPT, _SUM, _INVITE = "installed", "receipt", "sum", "invite"


def plan_to_records(plan: RoundPlan) -> RecordDict:
    """A plan as records: one header in JSON, its signature, its tensors (one run of float32)."""
    return _pack(_PLAN, plan.header(), plan.signature, plan.tensors)


def with_receipt(records: RecordDict, receipt: Receipt | None) -> RecordDict:
    """A plan or a bundle for one merchant: the same shared record, and that merchant's receipt."""
    if receipt is None:
        return records
    text = canonical(receipt.as_dict()).decode("utf-8")
    return RecordDict({**records, _RECEIPT: ConfigRecord({"receipt": text})})


def take_receipt(records: RecordDict) -> tuple[RecordDict, Receipt | None]:
    """Inverse of `with_receipt`; nothing in the receipt is checked yet but its form.

    Raises:
        ValueError: there is something in the receipt's place that is none.
    """
    if _RECEIPT not in records:
        return records, None
    rest = RecordDict({k: v for k, v in records.items() if k != _RECEIPT})
    text = _config(RecordDict({_RECEIPT: records[_RECEIPT]}), _RECEIPT, {_RECEIPT}, {"receipt"})[
        "receipt"
    ]
    if not isinstance(text, str) or len(text) > MAX_HEADER_BYTES:
        raise ValueError("the receipt is no text of allowed size")
    raw = _loads(text)
    if canonical(raw) != text.encode("utf-8"):
        raise ValueError("the receipt is not canonical JSON")
    return rest, Receipt.from_dict(raw)


def plan_from_records(records: RecordDict) -> RoundPlan:
    """Inverse of `plan_to_records`; the signature is carried, not checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    return RoundPlan.from_header(*_unpack(_PLAN, records))


def report_to_records(report: RoundReport) -> RecordDict:
    """A report as records: one header in JSON, its signature, its tensors (one run of float32)."""
    return _pack(_REPORT, report.header(), report.signature, report.tensors)


def report_from_records(records: RecordDict) -> RoundReport:
    """Inverse of `report_to_records`; the signature is carried, not checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    return RoundReport.from_header(*_unpack(_REPORT, records, MAX_REPORT_HEADER_BYTES))


def invite_to_records(plan: RoundPlan, attempt: int, roster: Roster) -> RecordDict:
    """The first message of a secure sum: the plan, which attempt it is, and who may take part."""
    terms = canonical({"attempt": attempt, "roster": roster.as_dict()}).decode("utf-8")
    return RecordDict({**plan_to_records(plan), _INVITE: ConfigRecord({"header": terms})})


def invite_from_records(records: RecordDict) -> tuple[RoundPlan, int, Roster]:
    """Inverse of `invite_to_records`; the plan's signature is carried, not checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    plan, terms = _parts(records, _PLAN, _INVITE)
    text = _config(terms, _INVITE, {_INVITE}, {"header"})["header"]
    if not isinstance(text, str) or len(text) > MAX_HEADER_BYTES * 4:
        raise ValueError("the invitation is no text of allowed size")
    raw = _loads(text)
    if not isinstance(raw, dict) or set(raw) != {"attempt", "roster"}:
        raise ValueError("the invitation's fields are not those of the protocol")
    if type(raw["attempt"]) is not int or raw["attempt"] < 1:
        raise ValueError("the invitation names no attempt")
    return plan_from_records(plan), raw["attempt"], Roster.from_dict(raw["roster"])


def sum_to_records(message: Message) -> RecordDict:
    """A message of a secure sum as records."""
    header, vector = codec.pack(message)
    return RecordDict({_SUM: ConfigRecord({"header": header, "vector": vector})})


def sum_from_records(records: RecordDict) -> Message:
    """Inverse of `sum_to_records`; no signature is checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    config = _config(records, _SUM, {_SUM}, {"header", "vector"})
    header, vector = config["header"], config["vector"]
    if not isinstance(header, bytes) or not isinstance(vector, bytes):
        raise ValueError("the message of a sum is not bytes")
    return codec.unpack(header, vector)


def masked_to_records(report: RoundReport, masked: MaskedSum) -> RecordDict:
    """The masked stage's answer: the report, and the vector that it names by its digest."""
    return RecordDict({**report_to_records(report), **sum_to_records(masked)})


def masked_from_records(records: RecordDict) -> tuple[RoundReport, MaskedSum]:
    """Inverse of `masked_to_records`; neither signatures nor the digest are checked.

    Raises:
        ValueError: anything is missing, unknown, too large or of another type.
    """
    report, vector = _parts(records, _REPORT, _SUM)
    message = sum_from_records(vector)
    if not isinstance(message, MaskedSum):
        raise ValueError("the message beside a report is no masked sum")
    return report_from_records(report), message


def _parts(records: RecordDict, first: str, second: str) -> tuple[RecordDict, RecordDict]:
    if set(records) != {first, second}:
        raise ValueError("the message's records are not those of the protocol")
    return RecordDict({first: records[first]}), RecordDict({second: records[second]})


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


def installed_to_records(digest: str) -> RecordDict:
    """What a merchant answers when a bundle was installed: its digest, which is public."""
    return RecordDict({_INSTALLED: ConfigRecord({"digest": digest})})


def installed_from_records(records: RecordDict) -> str:
    """Inverse of `installed_to_records`.

    Raises:
        ValueError: anything is missing, unknown or of another type.
    """
    digest = _config(records, _INSTALLED, {_INSTALLED}, {"digest"})["digest"]
    if not isinstance(digest, str) or len(digest) > 128:
        raise ValueError("the answer holds no digest")
    return digest


def _pack(name: str, header: Mapping[str, Any], signature: str, tensors: Tensors) -> RecordDict:
    """One record a message: the SuperLink keeps, locks and serves every record and array apart.

    Nine small tensors as nine arrays cost a round of eight merchants seconds of its database.
    """
    names = sorted(tensors)
    layout = [[key, list(np.shape(tensors[key]))] for key in names]
    config: dict[str, str | bytes] = {
        "header": canonical(header).decode("utf-8"),
        "signature": signature,
        "layout": canonical(layout).decode("utf-8"),
        "tensors": b"".join(np.asarray(tensors[key], dtype="<f4").tobytes("C") for key in names),
    }
    return RecordDict({name: ConfigRecord({**config})})


def _unpack(
    name: str, records: RecordDict, most: int = MAX_HEADER_BYTES
) -> tuple[dict[str, Any], Tensors, str]:
    config = _config(records, name, {name}, {"header", "signature", "layout", "tensors"})
    header, signature = config["header"], config["signature"]
    layout, values = config["layout"], config["tensors"]
    if not isinstance(header, str) or not isinstance(signature, str) or len(signature) > 256:
        raise ValueError("header and signature must be text")
    if not isinstance(layout, str) or not isinstance(values, bytes):
        raise ValueError("the tensors are not bytes with a layout")
    too_long = len(header) > most or len(layout) > MAX_HEADER_BYTES
    if too_long or len(values) > MAX_TENSOR_BYTES:
        raise ValueError("the message is too large")
    raw = _loads(header)
    if not isinstance(raw, dict) or canonical(raw) != header.encode("utf-8"):
        raise ValueError("the header is not canonical JSON")
    return raw, _tensors(_loads(layout), values), signature


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


def _tensors(layout: Any, values: bytes) -> Tensors:
    """Little-endian float32 values, cut by the layout, which must use up exactly all of them."""
    if not isinstance(layout, list):
        raise ValueError("the layout is no list")
    out: dict[str, NDArray[np.float32]] = {}
    at = 0
    for item in layout:
        name, shape = _place(item)
        size = 4 * math.prod(shape)
        if name in out or at + size > len(values):
            raise ValueError("the layout is not that of the tensors")
        flat = np.frombuffer(values, dtype="<f4", count=size // 4, offset=at)
        out[name] = flat.astype(np.float32).reshape(shape)
        at += size
    if at != len(values):
        raise ValueError("the layout is not that of the tensors")
    return out


def _place(item: Any) -> tuple[str, tuple[int, ...]]:
    if not isinstance(item, list) or len(item) != 2:
        raise ValueError("the layout is not that of the tensors")
    name, shape = item
    if not isinstance(name, str) or not isinstance(shape, list) or len(shape) > 8:
        raise ValueError("the layout is not that of the tensors")
    if not all(type(n) is int and 0 <= n <= MAX_TENSOR_BYTES for n in shape):
        raise ValueError("a shape is no list of sizes")
    return name, tuple(shape)
