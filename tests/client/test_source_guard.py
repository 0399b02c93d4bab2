"""A Parquet file that ends the process which reads it is refused in words; the importing process lives."""

import random
import subprocess
import sys

import polars as pl
import pytest

from client.ingest import source_guard
from client.ingest.source import open_source
from common.errors import InputError

_READ = """
import sys
from pathlib import Path
from client.ingest.source import open_source
from common.errors import UserFacing
n = 0
for name in sys.argv[1:]:
    try:
        with open_source(Path(name)) as source:
            n += sum(block.frame.height for block in source.blocks())
    except UserFacing as e:
        assert e.what and e.safe and e.todo
print("alive", n)
"""


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / "a.parquet"
    n = 300
    frame = pl.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "value": list(range(n))})
    frame.write_parquet(path, row_group_size=100)
    return path


def test_mutated_files_never_end_the_process(whole, tmp_path):
    raw, rng = whole.read_bytes(), random.Random(3)
    footer = int.from_bytes(raw[-8:-4], "little")
    files = []
    for number in range(12):
        data = bytearray(raw)
        at = rng.randrange(len(raw) - 8 - footer, len(raw) - 16)
        data[at : at + 6] = b"\xff" * 5 + b"\x7f"  # a large number, as Thrift writes it
        files.append(tmp_path / f"{number}.parquet")
        files[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _READ, *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith("alive")


def test_a_file_whose_reader_dies_is_refused(whole, monkeypatch):
    dying = "import os, sys; os.abort()"
    monkeypatch.setattr(source_guard.sys, "executable", _stub(whole.parent, dying))
    with pytest.raises(InputError, match="absurd") as caught:
        open_source(whole)
    assert "Nothing" in caught.value.safe or "good" in caught.value.safe


def _stub(folder, code):
    path = folder / "python"
    path.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}'\n")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize("footer", [b"\xff\xff\xff\x7fPAR1", b"\0\0\0\0PAR1", b"\x10\0\0\0PARX"])
def test_a_footer_that_does_not_fit_is_refused_before_anybody_reads(whole, footer, monkeypatch):
    monkeypatch.setattr(source_guard, "_read_apart", lambda *_: pytest.fail("nobody should read"))
    whole.write_bytes(whole.read_bytes()[:-8] + footer)
    with pytest.raises(InputError, match="damaged"):
        open_source(whole)


def test_a_sound_file_is_read_apart_once(whole, monkeypatch):
    calls = []
    run = subprocess.run
    monkeypatch.setattr(
        source_guard.subprocess, "run", lambda *a, **k: calls.append(a) or run(*a, **k)
    )
    for _ in range(3):
        with open_source(whole) as source:
            assert sum(b.frame.height for b in source.blocks()) == 300
    assert len(calls) == 1
