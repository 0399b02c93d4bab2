"""Whatever a file's names and values are: a proposal or a calm refusal, and every row taken or refused once."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.ingest import personal
from client.ingest.blocks import Block
from client.ingest.columns import KINDS
from client.ingest.propose import propose
from client.ingest.propose_names import synonyms
from client.ingest.reader import read_block
from client.ingest.sensitive import is_sensitive
from common.errors import InputError
from tests.client.test_propose_exports import Fake

NAMES = sorted({n for kind in KINDS for ranks in synonyms(kind).values() for n in ranks})
VALUES = st.one_of(
    st.none(),
    st.text(max_size=10),
    st.sampled_from(
        [
            "1",
            "0",
            "view",
            "浏览",
            "2024-05-31",
            "03/04/2024 18:30",
            "1717180200",
            "12.50",
            "1.234,5",
            "(3)",
            "-3",
            "u1",
            "P1",
            "是",
            "18-24",
            "a@example.org",
            "13812345678",
            "2024年5月31日",
            "¥3",
        ]
    ),
)


def source(names, rows):
    fake = Fake("x\n1\n")
    fake.names = tuple(names)
    columns = {n: [row[i] for row in rows] for i, n in enumerate(names)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    fake.block = Block(frame, np.arange(frame.height) + 2, lambda place: b"")
    return fake


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(st.sampled_from(NAMES), st.text(max_size=6)), min_size=1, max_size=8, unique=True
    ),
    st.lists(st.lists(VALUES, min_size=8, max_size=8), max_size=8),
    st.one_of(st.none(), st.sampled_from(list(KINDS))),
)
def test_any_table(names, rows, kind):
    fake = source(names, rows)
    try:
        found = propose(fake, kind)
    except InputError as e:
        assert kind is None
        assert e.todo
        return
    typed = read_block(fake.block, found.mapping)
    places = [*typed.places.tolist(), *(r.place for r in typed.refused)]
    assert sorted(places) == list(range(len(rows)))
    assert typed.frame.columns == [c.name for c in KINDS[found.mapping.kind]]
    taken = {
        *found.mapping.columns.values(),
        *(n for v in found.mapping.joined.values() for n in v),
    }
    assert not any(is_sensitive(n) for n in taken)
    assert all(r.code and r.reason for r in typed.refused)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 5000,
        "1 " * 3000,
        "a" * 9000 + "@",
        "+1" + "(" * 4000,
        "GB82" + "A " * 2000,
        "9." * 3000,
    ],
)
def test_no_text_hangs(text):
    # patterns that run back and forth would take hours here
    personal.mask(text)
    names = ["customer_id", "kind", "happened_at", "value", "query"]
    read_block(
        source(names, [[text] * 5]).block,
        propose(source(names, [["u", "view", "2024-01-01", "1", "q"]])).mapping,
    )
    is_sensitive(text)


def test_a_consent_is_never_made_up():
    fake = source(
        ["customer_id", "accepts_marketing", "age"], [["u1", "yes", "17"], ["u2", "no", "40"]]
    )
    found = propose(fake)
    assert "consent" not in found.mapping.columns
    assert "consent" not in found.mapping.constants
    (note,) = [n for n in found.notes if n.column == "consent"]
    assert note.code == "no-consent"
    assert "keeps theirs" in note.why
    assert found.typed.frame["consent"].to_list() == [0, 0]
    assert found.typed.frame["minor"].to_list() == [1, 0]
