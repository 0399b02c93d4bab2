"""Forgetting: nothing of the person is left, in no table and in no byte of the file, and they stay out."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from client.commands.people import shopper
from client.ingest.files import import_files
from client.ingest.pseudonym import Pseudonyms
from client.people import rights
from client.people.refused import names
from client.shop import load_salt, make_shop
from client.store import Store, ledger
from client.store.people import READ, find, suppress, suppressed
from client.store.people_forget import DELETE, copies, explain
from common.errors import InputError, StoreError
from common.keys import Identity
from common.ledger import EntryKind
from tests.client.people_shop import key, n_rows, people_shop, refuse

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def test_every_table_with_people_is_read_and_deleted(home: Path) -> None:
    """A table that is added later must be named in `READ` and `DELETE`."""
    with people_shop(home, 40) as store:
        tables = [
            r[0] for r in store.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        of_people = {
            t for t in tables
            if {"shopper", "shopper_key"} & {r[1] for r in store.db.execute(f"PRAGMA table_info({t})")}
        }  # fmt: skip
    assert of_people | {"conversions"} == set(READ) == {t for t, _ in DELETE}


def test_forget_deletes_one_person_everywhere_and_nobody_else(home: Path) -> None:
    with people_shop(home) as store:
        about = rights.show(store, "c1")
        others = rights.show(store, "c2")
        before = {t: n_rows(store, t) for t in (*READ, "refused_rows")}
        receipt = rights.forget(store, "c1", NOW)
        after = {t: n_rows(store, t) for t in before}
        gone = {t: before[t] - after[t] for t in before}
        assert gone == {k: n for k, n in receipt.counts if k != "text_vectors"}
        assert gone == {
            **{t.table: len(t.rows) for t in about.tables},
            "refused_rows": about.n_refused,
        }
        assert about.n_refused == 2 and gone["audience_members"] == 3
        assert rights.show(store, "c2") == others
        with pytest.raises(InputError, match="was forgotten"):
            rights.show(store, "c1")


@pytest.mark.privacy
def test_no_byte_of_the_person_is_left_in_the_files(home: Path) -> None:
    with people_shop(home, 2000) as store:
        keys = [key(home, f"c{i}") for i in (1, 7, 500, 1999)]
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        assert all(copies(store, k) for k in keys)
        for k in keys:
            rights.forget(store, k, NOW)
        # an SQLite of another maker may have left copies when it moved rows, before the pragma was set
        if any(copies(store, k) for k in keys):
            pytest.skip("this SQLite does not overwrite by default; --check writes the file anew")
        raw = b"".join(p.read_bytes() for p in home.glob("hansa.db*"))
        for k in (*keys, "i500-0", "e500-0", "i1999-1"):
            assert k.encode() not in raw
        assert key(home, "c2").encode() in raw


def test_the_receipt_is_in_the_ledger_and_names_nobody(home: Path) -> None:
    with people_shop(home) as store:
        receipt = rights.forget(store, "c0", NOW)
        merchant = Identity.load(home / "keys" / "identity.pem").public
        kept = ledger.checked(store, merchant)
        assert [e.kind for e in kept] == [EntryKind.OPEN, EntryKind.NOTE]
        assert kept[-1].note_digest == receipt.receipt_id and rights.holds(store, receipt)
        body = store.db.execute("SELECT body FROM forgotten").fetchone()[0]
        assert json.loads(body) == receipt.body()
        assert key(home, "c0") not in body and "c0" not in body.replace(receipt.nonce, "")
        # the digest cannot be guessed from what it tells: the same deletion has another one
        assert rights.forget(store, "c0", NOW).receipt_id != receipt.receipt_id
        store.db.execute(
            "UPDATE forgotten SET body = replace(body, '\"events\":2', '\"events\":1')"
        )
        assert [rights.holds(store, r) for r in rights.receipts(store)] == [True, False]


def test_the_next_file_does_not_bring_the_person_back(home: Path) -> None:
    with people_shop(home) as store:
        salt = load_salt(home)
        assert not suppressed(store, salt)
        rights.forget(store, "c1", NOW)
        gone = suppressed(store, salt)
        keys = [key(home, f"c{i}") for i in range(4)]
        assert gone and gone.people(keys) == {keys[1]}
        assert gone.impressions(["i0-0", "i1-0", "i1-1", "new"]) == {"i1-0", "i1-1"}
        # what an import drops later is known for the conversions that follow
        with store.db.conn:
            suppress(store.db.conn, salt, keys[1], ["new"], "2026-06-02T00:00:00Z")
        assert suppressed(store, salt).impressions(["new"]) == {"new"}
        assert not suppressed(store, b"another salt".ljust(32)).people(keys)
        assert rights.allow_again(store, "c1", NOW) is not None
        assert not suppressed(store, salt) and rights.allow_again(store, "c1", NOW) is None


def test_a_batch_of_an_import_without_the_forgotten(home: Path) -> None:
    with people_shop(home, 40) as store:
        salt, conn = load_salt(home), store.db.conn
        key_of, at = Pseudonyms(salt), "2026-06-02T00:00:00Z"
        batch = {"shopper": ["c0", "c1", "c1", "c2"], "impression_id": ["x0", "x1", "x2", "x3"]}
        assert suppressed(store, salt).without(conn, "events", batch, key_of, at) == (batch, 0)
        rights.forget(store, "c1", NOW)
        gone = suppressed(store, salt)
        left = {"shopper": ["c0", "c2"], "impression_id": ["x0", "x3"]}
        assert gone.without(conn, "impressions", batch, key_of, at) == (left, 2)
        outcomes = {"impression_id": ["x0", "x1", "i1-0", "x3"], "value": [1, 2, 3, 4]}
        kept = {"impression_id": ["x0", "x3"], "value": [1, 4]}
        assert suppressed(store, salt).without(conn, "conversions", outcomes, key_of, at) == (
            kept,
            2,
        )
        shoppers = {"shopper_key": ["c1", "c3"], "consent": [1, 1]}
        assert gone.without(conn, "shoppers", shoppers, key_of, at)[0]["shopper_key"] == ["c3"]
        for kind in ("products", "costs"):
            assert gone.without(conn, kind, {"a": [1]}, key_of, at) == ({"a": [1]}, 0)


def test_an_import_of_the_same_files_leaves_the_forgotten_out(home: Path, tmp_path: Path) -> None:
    make_shop(home, "Tea", "en", {})
    texts = {
        "shoppers": "customer_id,consent\n" + "".join(f"c{i},yes\n" for i in range(5)),
        "events": "customer_id,kind,happened_at,product_id\n"
        + "".join(f"c{i},view,2026-05-01T08:00:00Z,P1\n" for i in range(5)),
        "impressions": "impression_id,customer_id,product_id,shown_at\n"
        + "".join(f"i{i},c{i},P1,2026-05-01T08:00:00Z\n" for i in range(5)),
        "conversions": "impression_id,converted_at\n"
        + "".join(f"i{i},2026-05-02T08:00:00Z\n" for i in range(5)),
    }
    paths = []
    for kind, text in texts.items():
        paths.append(tmp_path / f"{kind}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    with Store.open(home) as store:
        import_files(store, paths)
        rights.forget(store, "c3", NOW)
        for again in (False, True):
            for path in paths:
                # other bytes, so that it is not the file that is known already
                path.write_text(path.read_text(encoding="utf-8") + "\n" * again, encoding="utf-8")
            import_files(store, paths)
            assert find(store, key(home, "c3")) is None
            assert {t: n_rows(store, t) for t in texts} == dict.fromkeys(texts, 4)
            assert n_rows(store, "refused_rows") == 0
        rights.allow_again(store, "c3", NOW)
        for path in paths:
            path.write_text(path.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
        import_files(store, paths)
        assert {t: n_rows(store, t) for t in texts} == dict.fromkeys(texts, 5)


def test_a_failure_in_the_middle_deletes_nothing(home: Path) -> None:
    with people_shop(home) as store:
        before = rights.show(store, "c1")
        store.db.execute(
            "CREATE TRIGGER power_cut BEFORE INSERT ON forgotten"
            " BEGIN SELECT RAISE(ABORT, 'cut'); END"
        )
        with pytest.raises((StoreError, sqlite3.IntegrityError)):
            rights.forget(store, "c1", NOW)
        assert rights.show(store, "c1") == before
        assert n_rows(store, "ledger") == n_rows(store, "suppressed") == 0


def test_every_delete_goes_by_an_index(home: Path) -> None:
    with people_shop(home, 40) as store:
        plans = explain(store)
    # a scan of the list of audiences is a scan of a few rows
    slow = [(t, p) for t, p in plans if p.startswith("SCAN") and not p.startswith("SCAN audiences")]
    assert slow == [] and any("events_by_shopper" in p for _, p in plans)


@settings(max_examples=60, deadline=None)
@given(
    st.text("abcXYZ0189-_", min_size=1, max_size=12),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le"]),
    st.lists(st.text("茶 tea0189.", max_size=8), max_size=4),
)
def test_a_refused_row_is_told_by_the_id_in_it(
    customer_id: str, delimiter: str, encoding: str, others: list[str]
) -> None:
    pseudonyms = Pseudonyms(b"s" * 32)
    raw = delimiter.join([*others, customer_id, "not a time"]).encode(encoding)
    assert names(raw, pseudonyms(customer_id), pseudonyms)
    assert not names(raw, pseudonyms("somebody else"), pseudonyms)


def test_refused_rows_under_another_salt_are_counted(home: Path) -> None:
    with people_shop(home, 40) as store:
        refuse(store, home, 78, [b"c1,x"], salt=b"o" * 32)
        receipt = rights.forget(store, "c1", NOW)
    assert dict(receipt.counts)["refused_rows"] == 2 and "1 refused rows" in receipt.remarks[0]


def test_cached_vectors_of_the_persons_searches_go(home: Path) -> None:
    with people_shop(home, 40) as store:
        for model in ("m1", "m2"):
            for text in ("tea 1", "tea 2", "a title"):
                store.db.execute("INSERT INTO text_vectors VALUES (?, ?, x'00')", [model, text])
        receipt = rights.forget(store, "c1", NOW, text_digest=str)
        left = store.db.execute("SELECT model, digest FROM text_vectors ORDER BY 1, 2").fetchall()
    assert dict(receipt.counts)["text_vectors"] == 2
    assert left == [(m, t) for m in ("m1", "m2") for t in ("a title", "tea 2")]


@pytest.mark.privacy
def test_a_reader_is_not_waited_for_and_the_receipt_says_so(home: Path) -> None:
    with people_shop(home, 40) as store, Store.open(home, read_only=True) as reader:
        reader.db.conn.execute("BEGIN")
        reader.db.conn.execute("SELECT count(*) FROM events").fetchone()
        receipt = rights.forget(store, "c1", NOW)
        assert any("Another program" in r for r in receipt.remarks)
        reader.db.conn.execute("ROLLBACK")
        # whatever is deleted next cuts the log
        assert rights.forget(store, "c2", NOW).remarks == ()
        assert copies(store, key(home, "c1")) == 0


def test_somebody_unknown_is_kept_out_and_the_receipt_says_so(home: Path) -> None:
    with people_shop(home, 40) as store:
        receipt = rights.forget(store, "nobody", NOW)
        assert receipt.n_rows == 0 and "nobody of this id" in receipt.remarks[0]
        assert suppressed(store, load_salt(home)).people([key(home, "nobody")])
        assert "nobody" not in json.dumps(receipt.as_dict()).replace(receipt.remarks[0], "")


def test_the_commands(home: Path) -> None:
    people_shop(home, 40).close()
    run = CliRunner().invoke
    shown = run(shopper, ["show", "c1", "--home", str(home), "--json"])
    assert json.loads(shown.output)["person"]["shopper_key"] == key(home, "c1")
    out = home / "c1.json"
    words = run(shopper, ["show", "-", "--home", str(home), "--out", str(out)], input="c1\n")
    assert words.exit_code == 0 and "events: 2" in words.output and "c1\n" not in words.output
    assert out.stat().st_mode & 0o077 == 0 and json.loads(out.read_text()) == json.loads(
        shown.output
    )
    no = run(shopper, ["forget", "c1", "--home", str(home)], input="n\n")
    assert no.exit_code == 1 and isinstance(no.exception, InputError)
    done = run(shopper, ["forget", "c1", "--home", str(home), "--json", "--check"])
    assert json.loads(done.output)["copies_left"] == 0
    listed = run(shopper, ["receipts", "--home", str(home), "--json"])
    assert [r["in_ledger"] for r in json.loads(listed.output)["receipts"]] == [True]
    back = run(shopper, ["forget", "c1", "--allow-again", "--home", str(home), "--json"])
    assert json.loads(back.output) == {"allowed": True}
