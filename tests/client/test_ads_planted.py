"""Planted errors and right ads: the sets in tests/data/ads hold the line; measure() counts fairly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from client.creative.judge.planted import Planted, fitting, measure
from common.errors import InputError

DATA = Path(__file__).parents[1] / "data" / "ads"


@pytest.fixture(scope="module")
def measured() -> Planted:
    return measure(DATA / "planted.json", DATA / "right.json")


def test_the_line_is_held(measured: Planted) -> None:
    assert measured.n_planted >= 200
    assert measured.n_right >= 200
    assert measured.recall >= 0.99, measured.misses
    assert measured.false_alarms <= 0.02, measured.alarms


def test_any_error_is_the_weaker_figure(measured: Planted) -> None:
    assert measured.recall <= measured.recall_any <= 1
    assert sum(n for _, n in measured.recall_by_kind.values()) == measured.n_planted


def row(words: str, **more: object) -> dict[str, object]:
    return {
        "id": "1",
        "language": "en",
        "slot": "search",
        "product": {"product_id": "p", "title": "Steel Bottle 750 ml", "brand": "Polar"},
        "offer": "",
        "text": {"headline": "A bottle", "body": words},
        **more,
    }


def test_an_error_of_another_family_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(
        json.dumps([row("Cold!! On the road.", kind_of_error="price")])
    )
    (tmp_path / "r.json").write_text(
        json.dumps([row("Cold!! On the road."), row("Take it along.")])
    )
    m = measure(tmp_path / "w.json", tmp_path / "r.json")
    assert (m.recall, m.recall_any, m.false_alarms) == (0.0, 1.0, 0.5)
    assert m.misses[0].found and m.alarms_by_family == {"style": 1}


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("wrong_price", "facts"),
        ("wrong_discount", "facts"),
        ("sensitive_inference", "reader"),
        ("too_long", "length"),
        ("personal_data", "personal"),
        ("wrong_language", "style"),
        ("restricted_category", "category"),
        ("something new", "facts"),
    ],
)
def test_kinds_have_families(kind: str, family: str) -> None:
    assert family in fitting(kind)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json"])
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(InputError):
        measure(tmp_path / "x.json", tmp_path / "x.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        measure(tmp_path / "none.json", tmp_path / "none.json")
