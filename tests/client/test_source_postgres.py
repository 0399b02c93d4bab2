"""PostgreSQL as a source, against a real server on loopback where one is installed."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from client.ingest import source_postgres
from client.ingest.source import open_source
from common.errors import InputError

SECRET = "s3cret/@word"


def test_without_a_driver_the_reader_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pg8000.native", None)
    with pytest.raises(InputError, match="not installed") as caught:
        open_source("postgresql://me:s3cret@localhost/shop#orders")
    assert "pip install" in caught.value.todo
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["postgresql://me:s3cret@h/db", "postgresql://me:s3cret@h#t", "postgresql://me:s3cret@h:x/d#t"],
)
def test_an_address_that_is_not_complete_is_not_shown(address):
    with pytest.raises(InputError, match="not complete") as caught:
        open_source(address)
    assert "s3cret" not in str(caught.value)


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or ""


@pytest.fixture(scope="module")
def server():
    native = pytest.importorskip("pg8000.native", reason="pg8000 is not installed")
    if not _program("initdb"):
        pytest.skip("no PostgreSQL server is installed here")
    # the server refuses to run as root, and nobody else may look into pytest's folders
    folder = Path(tempfile.mkdtemp(prefix="hansa-pg-"))
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    data = folder / "data"
    (folder / "pw").write_text(SECRET)
    if user:
        shutil.chown(folder / "pw", "postgres")
    run = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, **user}
    subprocess.run(
        [
            _program("initdb"),
            "-D",
            data,
            "-U",
            "owner",
            "-A",
            "scram-sha-256",
            "--pwfile",
            folder / "pw",
            "-N",
        ],
        **run,
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run(
        [_program("pg_ctl"), "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **run
    )
    try:
        db = native.Connection(
            "owner", host="127.0.0.1", port=port, database="postgres", password=SECRET
        )
        db.run(
            """CREATE TABLE orders (id bigint, "Odd ""Name" text, price numeric(9,2), ratio float8,
            paid boolean, at timestamptz, local timestamp, day date, raw bytea, tags text[])"""
        )
        db.run(
            """INSERT INTO orders SELECT i, '茶' || i, i / 4.0, 0.1, i % 2 = 0,
            '2024-05-31 18:30:00+08', '2024-05-31 18:30:00', '2024-05-31', '\\xff', '{a,b}'
            FROM generate_series(1, 1000) i"""
        )
        db.run("INSERT INTO orders (id) VALUES (1001)")
        db.run("CREATE VIEW seen AS SELECT id FROM orders WHERE id < 10")
        db.run("CREATE TABLE hidden (id int)")
        db.run(f"CREATE USER reader PASSWORD '{SECRET}'")
        db.run("GRANT SELECT ON orders, seen TO reader")
        db.close()
        yield f"127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([_program("pg_ctl"), "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder)


def address(server: str, what: str, user: str = "reader", password: str = SECRET) -> str:
    return f"postgresql://{user}:{password.replace('/', '%2F').replace('@', '%40')}@{server}#{what}"


@pytest.mark.slow
def test_a_table_comes_as_texts_and_goes_on(server, monkeypatch):
    monkeypatch.setattr(source_postgres, "BLOCK_ROWS", 300)
    with open_source(address(server, "public.orders")) as source:
        assert SECRET not in f"{source!r}{source.name}"
        assert source.names[:3] == ("id", 'Odd "Name', "price")
        blocks = list(source.blocks())
        digest = source.digest()
        again = [b.frame.height for b in source.blocks(blocks[1].cursor)]
    assert again == [300, 101]
    with open_source(address(server, "public.orders")) as source:
        rest = list(source.blocks(blocks[1].cursor))
        assert source.digest() == digest
    assert [b.frame.height for b in blocks] == [300, 300, 300, 101]
    assert blocks[0].frame.row(1) == (
        *("2", "茶2", "0.50", "0.1", "true", "2024-05-31T10:30:00Z"),
        *("2024-05-31T18:30:00", "2024-05-31", "\\xff", "{a,b}"),
    )
    assert blocks[3].frame.row(100) == ("1001", *[None] * 9)
    assert [b.frame["id"].to_list() for b in rest] == [b.frame["id"].to_list() for b in blocks[2:]]
    assert rest[0].lines[0] == 601
    assert SECRET not in blocks[0].cursor


@pytest.mark.slow
def test_queries_and_views(server):
    for what in (
        "seen",
        "SELECT id FROM orders WHERE id < 10;",
        "with a as (select 1 as x) select * from a",
    ):
        with open_source(address(server, what)) as source:
            assert sum(b.frame.height for b in source.blocks()) in (9, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "user", "password", "message"),
    [
        ("none", "reader", SECRET, "no such table"),
        ("hidden", "reader", SECRET, "may not read"),
        ("orders", "reader", "wrong", "not right"),
        ("orders", "nobody", SECRET, "not right"),
        ("SELECT * FROM", "reader", SECRET, "not understood"),
        ("with x as (delete from orders returning id) select * from x", "owner", SECRET, "not"),
        ("select setval('s', 1)", "owner", SECRET, "does not answer|no such"),
    ],
)
def test_refusals_are_said_in_words(server, what, user, password, message):
    with pytest.raises(InputError, match=message) as caught:
        open_source(address(server, what, user, password))
    assert password not in str(caught.value)
    assert caught.value.todo
    assert caught.value.__suppress_context__


@pytest.mark.slow
def test_nobody_listens(server):
    with pytest.raises(InputError, match="does not answer"):
        open_source(address("127.0.0.1:1/postgres", "orders"))
