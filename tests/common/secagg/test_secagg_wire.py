"""Messages survive the wire as they are, and nothing else does."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.canonical import canonical
from common.keys import PublicIdentity
from common.secagg import codec
from common.secagg.messages import Stage
from common.secagg.roster import Roster
from common.secagg.task import RoundMemory, SumTask
from tests.common.secagg.league import League, identity


@pytest.fixture(scope="module")
def messages():
    """One of each kind."""
    league = League(5, threshold=4)
    told = {}

    def remember(stage, merchant, message):
        told[type(message).__name__] = message
        return message

    league.run({Stage.CONFIRM: [league.names[4]]}, tamper=remember)
    m = league.names[0]
    up = [league.sent[s][m] for s in list(Stage)[:5]]
    return [*up, *told.values()]


def test_every_kind_comes_back(messages):
    assert len({type(m) for m in messages}) == 9
    for message in messages:
        header, vector = codec.pack(message)
        assert codec.unpack(header, vector) == message
        assert len(vector) == (28 if type(message).__name__ == "MaskedSum" else 0)


def spoiled(value, rng):
    """The same JSON value with one thing in it changed."""
    if isinstance(value, dict):
        key = rng.choice(sorted(value))
        if rng.random() < 0.3:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: spoiled(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.7:
        i = rng.randrange(len(value))
        return [*value[:i], spoiled(value[i], rng), *value[i + 1 :]]
    return rng.choice([None, 7, -1, True, "", "x", "==", [], {}, [[]], "é" * 32, 1.5])


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_spoiled_message_is_refused_or_another_message(messages, seed):
    rng = random.Random(seed)
    message = rng.choice(messages)
    header, vector = codec.pack(message)
    bent = canonical(spoiled(json.loads(header), rng))
    try:
        got = codec.unpack(bent, vector)
    except ValueError:
        return
    assert codec.pack(got) == (bent, vector)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=64))
def test_foreign_bytes_are_refused(raw):
    with pytest.raises(ValueError):
        codec.unpack(raw)


def test_sizes_and_forms_are_bounded(messages):
    header, _ = codec.pack(messages[0])
    for wrong in (
        header + b" ",
        b" " * (codec.MAX_HEADER_BYTES + 1),
        b"[" * 100_000,
        header.replace(b"advertise-keys", b"advertise-kays"),
        header.replace(b'"kind"', b'"kinds"'),
    ):
        with pytest.raises(ValueError):
            codec.unpack(wrong)
    with pytest.raises(ValueError, match="vector"):
        codec.unpack(header, b"\0")
    many = {
        "kind": "survivor-list",
        "task": "ab" * 32,
        "survivors": [],
        "dropped": ["0" * 32] * 1025,
    }
    with pytest.raises(ValueError, match="list of merchants"):
        codec.unpack(canonical(many))


def test_the_largest_league_fits():
    """1024 merchants: what everybody gets at each stage is below the bound."""
    row = 3 + len(json.dumps(["0" * 32, "A" * 44, "A" * 88], separators=(",", ":")))
    keys = row + 2 * (44 + 3)
    sealed = 1024 * (32 + 4 * (codec.SEALED_BYTES // 3 + 1) + 8)
    assert 1024 * keys < codec.MAX_HEADER_BYTES
    assert 1024 * row + sealed < codec.MAX_HEADER_BYTES


def test_rosters():
    roster = Roster.of(identity(i).public for i in range(4))
    assert Roster.from_dict(roster.as_dict()) == roster
    assert Roster.of(k for _, k in reversed(roster.members)).digest() == roster.digest()
    assert Roster.of(identity(i).public for i in range(3)).digest() != roster.digest()
    keys = roster.as_dict()["merchants"]
    for wrong in (keys[::-1], [*keys, keys[0]], [], [7], ["zz" * 32], keys[0]):
        with pytest.raises(ValueError):
            Roster.from_dict({"format": "hansa-roster-v1", "merchants": wrong})
    for other in ({}, {"format": "x", "merchants": keys}, []):
        with pytest.raises(ValueError):
            Roster.from_dict(other)
    with pytest.raises(ValueError):
        Roster.of([PublicIdentity(b"\0" * 32)] * 2)


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": ""},
        {"run_id": "x" * 129},
        {"round": 0},
        {"attempt": True},
        {"plan_digest": "x"},
        {"roster_digest": None},
        {"threshold": 1},
        {"colluders": -1},
        {"bits": 15},
        {"bits": 65},
        {"length": 0},
        {"length": 1 << 27},
        {"more": 1},
    ],
)
def test_tasks(change):
    task = League(4).task()
    assert SumTask.from_dict(task.as_dict()) == task
    with pytest.raises(ValueError):
        SumTask.from_dict({**task.as_dict(), **change})


def test_memories():
    for wrong in ([], {"run": 1}, {"run": {}}, {"run": {"round": 1, "attempt": 1}}):
        with pytest.raises(ValueError):
            RoundMemory.from_dict(wrong)
    odd = {"round": 1, "attempt": 1, "plan_digest": "ab" * 32, "sent": 1}
    with pytest.raises(ValueError):
        RoundMemory.from_dict({"run": odd})
    assert RoundMemory.from_dict({}) == RoundMemory()
