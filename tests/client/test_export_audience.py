"""Audiences as files: pseudonyms alone, hashed match lists, nothing below the floor, all recorded."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from client import audience, audience_export
from client.audience_export import Ids, export
from client.audience_match import email_of, match, phone_of
from client.commands.audience import audience as verb
from client.store import Store, audience_exports
from common.errors import AudienceError, InputError, StoreError
from common.settings import Settings
from tests.client import audience_shop
from tests.client.audience_shop import key

SETTINGS = Settings(audience_floor=10)
pytestmark = pytest.mark.privacy


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with audience_shop.copy(tmp_path / "shop") as s:
        yield s


@pytest.fixture
def listed(store: Store, tmp_path: Path) -> Path:
    """The shop's own list of everybody, also of who did not consent."""
    file = tmp_path / "customers.csv"
    lines = [f'c{i}," Shopper{i}@Example.ORG ",0171 555-{i:04d}' for i in range(audience_shop.N)]
    file.write_text("\n".join(["customer_id,email,phone", *lines]) + "\n", "utf-8")
    return file


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def everywhere(store: Store) -> bytes:
    """All bytes of the shop's folder."""
    return b"".join(f.read_bytes() for f in store.home.rglob("*") if f.is_file())


def test_csv_and_json_hold_pseudonyms_alone(store: Store, tmp_path: Path) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    keys = sorted(m.shopper_key for m in made.members)
    done = export(store, SETTINGS, made.audience_id, tmp_path / "a.csv", "csv", "Anna")
    assert (tmp_path / "a.csv").read_text().splitlines() == ["shopper_key", *keys]
    export(store, SETTINGS, made.audience_id, tmp_path / "a.json", "json", "Anna")
    value = json.loads((tmp_path / "a.json").read_text())
    assert value["shopper_keys"] == keys and value["product_id"] == "P1"
    assert set(value) == {"audience_id", "name", "product_id", "created_at", "shopper_keys"}
    assert mode(tmp_path / "a.csv") == mode(tmp_path / "a.json") == 0o600
    assert done.record.n_people == 20 and done.n_without == 0
    listed = audience_exports.listing(store)
    assert {(e.form, e.n_people, e.exported_by) for e in listed} == {
        ("csv", 20, "Anna"),
        ("json", 20, "Anna"),
    }
    assert audience_exports.listing(store, "other") == ()


def test_a_match_list_is_hashed_and_nothing_of_it_stays(
    store: Store, tmp_path: Path, listed: Path
) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    who = {m.shopper_key for m in made.members}
    members = [i for i in range(audience_shop.N) if key(store, i) in who]
    file = tmp_path / "match.csv"
    done = export(
        store, SETTINGS, made.audience_id, file, "match", "Anna", Ids(listed, calling_code="49")
    )
    with file.open(newline="") as f:
        heading, *lines = list(csv.reader(f))
    assert heading == ["Email", "Phone"] and mode(file) == 0o600
    assert {tuple(line) for line in lines} == {
        (hashed(f"shopper{i}@example.org"), hashed(f"+49171555{i:04d}")) for i in members
    }
    assert lines == sorted(lines) and done.record.n_people == 20
    raw, kept = file.read_bytes().lower(), everywhere(store).lower()
    for word in (b"example", b"shopper1@", b"0171"):
        assert word not in raw and word not in kept
    assert hashed(f"shopper{members[0]}@example.org").encode() not in kept
    assert all(key(store, i).encode() not in raw for i in members)


def test_without_consent_nobody_is_in_a_match_list(
    store: Store, tmp_path: Path, listed: Path
) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    gone = made.members[0].shopper_key
    store.db.execute("UPDATE shoppers SET consent = 0 WHERE shopper_key = ?", [gone])
    number = next(i for i in range(audience_shop.N) if key(store, i) == gone)
    file = tmp_path / "m.csv"
    done = export(store, SETTINGS, made.audience_id, file, "match", "A", Ids(listed))
    assert done.record.n_people == 19
    assert hashed(f"shopper{number}@example.org") not in file.read_text()
    # without a calling code no phone could be told, so there is no column of them
    assert file.read_text().splitlines()[0] == "Email"
    assert done.n_without_code == 19


def test_phones_without_a_calling_code_are_counted_and_said(
    store: Store, tmp_path: Path, listed: Path
) -> None:
    made = audience.pick(store, SETTINGS, "P1", 40)
    home = ("--home", str(store.home))
    asked = ["export", made.audience_id, "--as", "match", "--ids", str(listed), *home]
    said = CliRunner().invoke(verb, [*asked, str(tmp_path / "a.csv")])
    assert "40 phone numbers were left out" in said.output and "--calling-code" in said.output
    with_code = [*asked, str(tmp_path / "b.csv"), "--calling-code", "49", "--json"]
    value = json.loads(CliRunner().invoke(verb, with_code).output)
    assert value["without_code"] is False and value["n_without_code"] == 0
    # few of them are not counted, and a list of nothing else says what would do
    lines = listed.read_text().splitlines()
    inside = {m.shopper_key for m in made.members}
    mine = [i for i in range(audience_shop.N) if key(store, i) in inside][:5]
    for i in range(audience_shop.N):
        if i not in mine:
            lines[i + 1] = lines[i + 1].replace(",0171", ",+49171")
    listed.write_text("\n".join(lines))
    value = json.loads(CliRunner().invoke(verb, [*asked, str(tmp_path / "c.csv"), "--json"]).output)
    assert value["without_code"] is True and value["n_without_code"] is None
    only = tmp_path / "only.csv"
    phones = (f"c{i},0171 555-{i:04d}" for i in range(audience_shop.N))
    only.write_text("\n".join(["customer_id,phone", *phones]))
    with pytest.raises(AudienceError) as e:
        export(store, SETTINGS, made.audience_id, tmp_path / "d", "match", "A", Ids(only))
    assert "--calling-code" in e.value.todo


def test_nothing_is_written_below_the_floor(store: Store, tmp_path: Path, listed: Path) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    file = tmp_path / "out"
    few = tmp_path / "few.csv"
    lines = listed.read_text().splitlines()
    inside = {m.shopper_key for m in made.members}
    mine = [line for i, line in enumerate(lines[1:]) if key(store, i) in inside]
    few.write_text("\n".join([lines[0], *mine[:9]]))
    with pytest.raises(AudienceError, match="Fewer than 10 people"):
        export(store, SETTINGS, made.audience_id, file, "match", "A", Ids(few))
    # nineteen people behind one address are one address
    shared = "\n".join(f"{line.split(',')[0]},one@example.org" for line in mine)
    few.write_text(f"customer_id,email\n{shared}\n")
    with pytest.raises(AudienceError, match="Fewer than 10 people"):
        export(store, SETTINGS, made.audience_id, file, "match", "A", Ids(few))
    store.db.execute("UPDATE shoppers SET personalise = 0 WHERE shopper % 2 = 0")
    for form in ("csv", "json"):
        with pytest.raises(AudienceError, match="Fewer than"):
            export(store, Settings(audience_floor=19), made.audience_id, file, form, "A")  # type: ignore[arg-type]
    with pytest.raises(AudienceError, match="no audience"):
        export(store, SETTINGS, "nothing", file, "csv", "A")
    assert not file.exists() and audience_exports.listing(store) == ()


def test_a_file_that_cannot_be_written_leaves_no_record(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    file = tmp_path / "there.csv"
    file.write_text("mine")
    for bad in (file, tmp_path / "no" / "folder.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be written"):
            export(store, SETTINGS, made.audience_id, bad, "csv", "A")
    assert file.read_text() == "mine"

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audience_export.os, "fsync", full)
    with pytest.raises(InputError, match="No space"):
        export(store, SETTINGS, made.audience_id, tmp_path / "b.csv", "csv", "A")
    monkeypatch.undo()

    def broken(*_: object) -> None:
        raise StoreError("The database is busy.")

    monkeypatch.setattr(audience_export.audience_exports, "record", broken)
    with pytest.raises(StoreError):
        export(store, SETTINGS, made.audience_id, tmp_path / "b.csv", "csv", "A")
    assert not (tmp_path / "b.csv").exists() and audience_exports.listing(store) == ()


def test_match_needs_a_list_and_only_match(store: Store, tmp_path: Path, listed: Path) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    with pytest.raises(InputError, match="needs the shop's own list"):
        export(store, SETTINGS, made.audience_id, tmp_path / "x", "match", "A")
    with pytest.raises(InputError, match="Only a match list"):
        export(store, SETTINGS, made.audience_id, tmp_path / "x", "csv", "A", Ids(listed))


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("+86 138-0013-8000", "", "+8613800138000"),
        ("0086 138 0013 8000", "", "+8613800138000"),
        ("13800138000", "86", "+8613800138000"),
        ("(0171) 555.1234", "49", "+491715551234"),
        ("06 1234 5678", "39", "+390612345678"),
        ("13800138000", "", ""),
        ("+0123456789", "", ""),
        ("+12", "", ""),
        ("+1234567890123456", "", ""),
        ("call me", "86", ""),
        ("+86１３８００１３８０００", "", ""),
        ("", "86", ""),
    ],
)
def test_phone_numbers_as_e164(text: str, code: str, wanted: str) -> None:
    assert phone_of(text, code) == wanted


def test_e_mails_as_platforms_hash_them() -> None:
    assert email_of("  Anna.B@Example.ORG\t") == "anna.b@example.org"
    for bad in ("", "anna", "anna@", "@example.org", "a b@example.org", "a@b@example.org", "a@b"):
        assert email_of(bad) == ""


def test_lists_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "l.csv"
    everybody = frozenset(["anna"])
    for text in ("", "name,email\n", "customer_id,name\n"):
        file.write_text(text)
        with pytest.raises(InputError, match="columns"):
            match(file, everybody, str)
    file.write_bytes(b"customer_id,email\nanna,\xff\xfe@secret.org\n")
    with pytest.raises(InputError) as e:
        match(file, everybody, str)
    assert "secret" not in str(e.value) and e.value.__cause__ is None
    with pytest.raises(InputError, match="cannot be read"):
        match(tmp_path / "missing.csv", everybody, str)
    with pytest.raises(InputError, match="calling code"):
        match(file, everybody, str, calling_code="+49")
    file.write_text("\ufeffCustomer_ID,Phone\nanna,\nanna,+4917155\nanna\n,+491715\n", "utf-8")
    found = match(file, everybody, str, phone="digits")
    assert found.rows == (("", hashed("4917155")),) and (found.n_people, found.n_unusable) == (1, 2)


def test_the_verbs(
    store: Store, tmp_path: Path, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANSA_AUDIENCE_FLOOR", "10")
    made = audience.pick(store, SETTINGS, "P1", 20)

    def run(*args: str) -> str:
        result = CliRunner().invoke(verb, [*args, "--home", str(store.home)])
        assert result.exit_code == 0, result.exception
        return result.output

    assert "Nothing was exported" in run("exports")
    out = run(
        "export", made.audience_id, str(tmp_path / "m"), "--as", "match", "--ids", str(listed)
    )
    assert "20 people" in out and "personal data" in out
    run("export", made.audience_id, str(tmp_path / "c"), "--by", "Anna", "--json")
    assert "by Anna" in run("exports") and "match" in run("exports", made.audience_id)
    gone = audience_exports.listing(store, made.audience_id)[0]
    audience_exports.take_back(store, gone.export_id)
    assert [line.endswith("deleted again") for line in run("exports").splitlines()].count(True) == 1
    told = json.loads(run("exports", "--json"))["exports"]
    assert [e["export_id"] for e in told if e["taken_back"]] == [gone.export_id]
