"""Messages of a secure sum survive the wire; anything else is refused."""

from dataclasses import replace

import pytest
from flwr.app import ConfigRecord, RecordDict

from common import wire
from common.heads import LedgerHead
from common.keys import Identity
from common.rounds import RoundReport, Task
from common.secagg.messages import AdvertiseKeys, MaskedSum, Stage, Statement
from common.secagg.roster import Roster
from tests.common.test_wire import a_plan

TASK = "ab" * 32


def masked() -> MaskedSum:
    said = Statement.sign(Identity.generate(), Stage.MASKED, TASK, TASK, TASK)
    return MaskedSum(TASK, b"\x01\x02\x03\x04", said)


def report() -> RoundReport:
    plan = a_plan()
    head = LedgerHead(3, TASK)
    return RoundReport(
        "r", 1, Task.TRAIN, plan.digest(), "f", plan.mechanism(), head, masked=TASK, signature="ab"
    )


def test_an_invitation_survives_the_wire():
    roster = Roster.of(Identity.generate().public for _ in range(3))
    plan, attempt, told = wire.invite_from_records(wire.invite_to_records(a_plan(), 2, roster))
    assert (plan.digest(), attempt, told) == (a_plan().digest(), 2, roster)


def test_a_masked_sum_travels_with_its_report():
    sent, vector = report(), masked()
    got, same = wire.masked_from_records(wire.masked_to_records(sent, vector))
    assert (got.digest(), got.masked, same) == (sent.digest(), TASK, vector)


def test_what_is_missing_or_more_is_refused():
    whole = wire.masked_to_records(report(), masked())
    for change in (
        {k: v for k, v in whole.items() if k != "sum"},
        {**whole, "more": ConfigRecord({})},
        {**whole, "sum": ConfigRecord({"header": "text", "vector": b""})},
        {**whole, "sum": ConfigRecord({"header": b"{}", "vector": b""})},
    ):
        with pytest.raises(ValueError):
            wire.masked_from_records(RecordDict(change))
    keys = AdvertiseKeys(TASK, b"k" * 32, b"m" * 32, replace(masked().statement))
    with pytest.raises(ValueError):
        wire.masked_from_records(
            RecordDict({**wire.report_to_records(report()), **wire.sum_to_records(keys)})
        )
