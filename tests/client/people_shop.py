"""A small shop of made-up people, some with everything that the tables can hold, for tests of their rights."""

from __future__ import annotations

from pathlib import Path

from client.ingest.pseudonym import Pseudonyms, Seal
from client.shop import load_salt, make_shop
from client.store import Store

AT = "2026-05-01T08:00:00Z"


def key(home: Path, customer_id: str) -> str:
    """The pseudonym of one of the shop's own ids."""
    return Pseudonyms(load_salt(home))(customer_id)


def people_shop(home: Path, n: int = 300, *, at: str = AT) -> Store:
    """n people c0, c1, ... with two events, two impressions, a conversion; c0 to c2 with everything."""
    make_shop(home, "People", "en", {})
    store = Store.open(home)
    conn = store.db.conn
    conn.execute("BEGIN")
    conn.executemany(
        "INSERT INTO shoppers (shopper, shopper_key, consent) VALUES (?, ?, 1)",
        [(i + 1, key(home, f"c{i}")) for i in range(n)],
    )
    conn.executemany(
        "INSERT INTO events (event_key, shopper, kind, happened_at, product_id, query)"
        " VALUES (?, ?, ?, ?, 'P1', ?)",
        [(f"e{i}-{j}", i + 1, ("view", "search")[j], at, ("", f"tea {i % 7}")[j])
         for i in range(n) for j in range(2)],
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO impressions (impression_id, shopper, product_id, shown_at) VALUES (?,?,'P1',?)",
        [(f"i{i}-{j}", i + 1, at) for i in range(n) for j in range(2)],
    )
    conn.executemany(
        "INSERT INTO conversions (impression_id, converted_at) VALUES (?, ?)",
        [(f"i{i}-0", at) for i in range(n)],
    )
    conn.execute("COMMIT")
    for i in range(3):
        _everything(store, home, i)
    return store


def _everything(store: Store, home: Path, i: int) -> None:
    """A profile, an audience, an exclusion, a log of consent, refused rows, a cached vector."""
    conn, pseudonym = store.db.conn, key(home, f"c{i}")
    conn.execute(
        "INSERT INTO profiles (shopper, as_of, segment_id, body) VALUES (?, ?, 's', '{}')",
        (i + 1, AT),
    )
    conn.execute(
        "INSERT INTO audiences (audience_id, name, product_id, size, expected_cvr, base_cvr,"
        " bundle_digest, created_at) VALUES (?, 'A', 'P1', 20, '{}', 0.1, '', ?)",
        (f"a{i}", AT),
    )
    conn.executemany(
        "INSERT INTO audience_members (audience_id, rank, shopper_key, p_conversion)"
        " VALUES (?, ?, ?, 0.5)",
        [(f"a{i}", rank, key(home, f"c{rank}")) for rank in range(40)],
    )
    conn.execute("INSERT INTO audience_exclusions VALUES (?, '', ?)", (pseudonym, AT))
    conn.execute(
        "INSERT INTO consent_log (shopper, at, was, consent) VALUES (?, ?, 0, 1)", (i + 1, AT)
    )
    refuse(
        store, home, i, [f"e9,c{i},view,not a time".encode(), f'{{"customer_id": "c{i}"}}'.encode()]
    )


def refuse(store: Store, home: Path, i: int, lines: list[bytes], salt: bytes | None = None) -> None:
    """Keep refused rows of one import."""
    conn, seal = store.db.conn, Seal(salt or load_salt(home))
    cursor = conn.execute(
        "INSERT INTO imports (imported_at, file_name, sha256, kind, n_rows, n_new, n_changed,"
        " n_refused) VALUES (?, 'f.csv', ?, 'events', 0, 0, 0, ?)",
        (AT, f"{i:064x}", len(lines)),
    )
    conn.executemany(
        "INSERT INTO refused_rows (import_id, file_name, sha256, line, column, reason, sealed)"
        " VALUES (?, 'f.csv', ?, ?, 'happened_at', 'not a time', ?)",
        [(cursor.lastrowid, f"{i:064x}", n, seal.close(line)) for n, line in enumerate(lines)],
    )


def n_rows(store: Store, table: str) -> int:
    """Rows of a table."""
    return int(store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
