"""Consent by hand, personalising off, whose id is meant, and which rounds may have used a person's rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from client.commands.people import shopper
from client.ingest.pseudonym import Pseudonyms
from client.people import rights
from client.people.show import rounds_touched
from client.people.who import key_of
from client.shop import load_salt
from common.errors import InputError
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, note, open_ledger
from common.privacy import Mechanism, MechanismKind
from tests.client.people_shop import key, people_shop

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ME = Identity.generate()
SGD = Mechanism(MechanismKind.DP_SGD, 1.25, 0.1, 4, 1.0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def test_consent_and_personalising_by_the_shops_id_or_the_pseudonym(home: Path) -> None:
    with people_shop(home, 40) as store:
        for who in ("c5", " c5 ", key(home, "c5")):
            assert rights.set_consent(store, who, False, NOW).consent is False
            assert rights.set_personalise(store, who, False, NOW).personalise is False
            assert rights.set_consent(store, who, True, NOW).consent is True
            person = rights.set_personalise(store, who, True, NOW)
            assert person.personalise and person.shopper_key == key(home, "c5")
        log = next(t for t in rights.show(store, "c5").tables if t.table == "consent_log")
        assert [row[1:] for row in log.rows] == [(1, 0), (0, 1)] * 3
        for nobody in ("x", "0" * 32):
            with pytest.raises(InputError, match="holds nobody") as e:
                rights.set_consent(store, nobody, True, NOW)
            assert nobody not in str(e.value)
        with pytest.raises(InputError, match="Say whom"):
            rights.show(store, "  ")


def test_an_id_that_looks_like_a_pseudonym(home: Path) -> None:
    looks = "0123456789abcdef" * 2
    with people_shop(home, 40) as store:
        salt = load_salt(home)
        hashed = Pseudonyms(salt)(looks)
        assert key_of(store, looks, salt) == looks
        store.db.execute("INSERT INTO shoppers (shopper_key) VALUES (?)", [hashed])
        assert key_of(store, looks, salt) == hashed
        store.db.execute("INSERT INTO shoppers (shopper_key) VALUES (?)", [looks])
        assert key_of(store, looks, salt) == looks


def test_the_commands_do_not_repeat_the_id(home: Path) -> None:
    people_shop(home, 40).close()
    run = CliRunner().invoke
    no = run(shopper, ["consent", "c5", "no", "--home", str(home)])
    off = run(shopper, ["personalise", "-", "off", "--home", str(home)], input="c5\n")
    assert "consent no" in no.output and "personalising off" in off.output
    assert "c5:" not in no.output + off.output and key(home, "c5") in off.output


def test_the_id_is_nowhere_in_the_folder(home: Path) -> None:
    who = "customer-4711-zebra"
    with people_shop(home, 40) as store:
        store.db.execute("INSERT INTO shoppers (shopper_key) VALUES (?)", [key(home, who)])
        rights.set_consent(store, who, True, NOW)
        rights.show(store, who)
        rights.forget(store, who, NOW)
        rights.allow_again(store, who, NOW)
        raw = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert b"zebra" not in raw


def rounds(*times: str) -> list[LedgerEntry]:
    """A ledger with a committed round at each time, and a note and a lost charge between."""
    kept = [open_ledger(ME, "2026-01-01T00:00:00Z")]
    for i, at in enumerate(times, start=1):
        draft = LedgerEntry(0, at, EntryKind.RESERVE, "r", i, "train", f"{i:064x}", SGD)
        for kind in (EntryKind.VOID, EntryKind.COMMIT):
            reserve = append(ME, kept[-1], draft)
            digest = "1" * 64 if kind is EntryKind.COMMIT else ""
            settle = replace(
                draft, kind=kind, mechanism=None, reservation=reserve.sequence, report_digest=digest
            )
            kept += [reserve, append(ME, reserve, settle)]
        kept.append(append(ME, kept[-1], note(at, "2" * 64)))
    return kept


def day(n: int) -> str:
    return f"2026-02-{n:02d}T00:00:00Z"


def touched(
    consent: bool, changes: list[tuple[int, bool, bool]], imports: list[int], first: int = 1
) -> list[int]:
    """Which of the rounds of days 5, 10, 15 may have used the person's rows."""
    by_day = [(day(n), was, now) for n, was, now in changes]
    found = rounds_touched(
        rounds(day(5), day(10), day(15)), consent, by_day, [day(n) for n in imports], day(first)
    )
    return [r.round for r in found]


def test_rounds_are_left_out_only_for_a_reason() -> None:
    assert touched(True, [], [2]) == [1, 2, 3]
    assert touched(False, [], [2]) == []
    # taken back by hand on day 7, given again on day 12
    assert touched(False, [(7, True, False)], [2]) == [1]
    assert touched(True, [(7, True, False), (12, False, True)], [2]) == [1, 3]
    # a file of day 8 may have said yes again
    assert touched(False, [(7, True, False)], [2, 8]) == [1]
    assert touched(True, [(7, True, False)], [2, 8]) == [1, 2, 3]
    # given by hand on day 7, and no file before it but the first
    assert touched(True, [(7, False, True)], [2]) == [2, 3]
    # a no of today, and a file of day 12: before it may have been a yes
    assert touched(False, [], [2, 12]) == [1, 2]
    # nothing was imported before day 8
    assert touched(True, [], [8], first=8) == [2, 3]
    # on the very second of a change
    assert touched(False, [(10, True, False)], [2]) == [1, 2]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 27), max_size=5, unique=True),
    st.lists(st.tuples(st.integers(1, 27), st.booleans()), max_size=4, unique_by=lambda f: f[0]),
    st.booleans(),
)
def test_no_round_with_consent_is_ever_left_out(
    by_hand: list[int], by_file: list[tuple[int, bool]], start: bool
) -> None:
    """Against a full history, which the shop does not keep."""
    state, log, true_at = start, [], {}
    files = dict(by_file)
    for n in range(1, 28):
        held = {state}
        if n in files:
            state = files[n]
            held.add(state)
        if n in by_hand:
            log.append((n, state, not state))
            state = not state
            held.add(state)
        true_at[n] = True in held
    found = touched(state, log, sorted(files), first=1)
    assert {i for i, n in ((1, 5), (2, 10), (3, 15)) if true_at[n]} <= set(found)
