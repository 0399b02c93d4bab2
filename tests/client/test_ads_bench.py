"""bench.py ads: its figures have the names that others read, with and without the held-out files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from benchlib import ads as bench

FIGURES = {
    "pass_rate", "fact_recall", "fact_false_alarms", "distinct_2", "first_variant_s", "peak_mb",
    "headline_pairwise_accuracy",
}  # fmt: skip


def test_the_figures_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    product = {"product_id": "p", "title": "Steel Bottle 750 ml", "brand": "PolarSip"}
    row = {"id": "1", "language": "en", "slot": "search", "product": product, "offer": ""}
    text = {"headline": "PolarSip Steel Bottle", "body": "The bottle holds 750 ml."}
    wrong = {"headline": "PolarSip Steel Bottle", "body": "The bottle holds 900 ml."}
    more = {"kind_of_error": "wrong_number", "words": "900 ml"}
    (tmp_path / "briefs.json").write_text(json.dumps([row]))
    (tmp_path / "planted_dev.json").write_text(json.dumps([row | {"text": wrong} | more]))
    (tmp_path / "right.json").write_text(json.dumps([row | {"text": text}]))
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    found = bench.measure(quick=True)
    assert set(found) >= FIGURES
    assert found["pass_rate"] == found["fact_recall"] == 1 and found["fact_false_alarms"] == 0
    assert found["headline_pairwise_accuracy"] is None
    told = capsys.readouterr().err
    assert (
        "planted_dev.json instead" in told and "--data FOLDER" in told and "right_dev" not in told
    )
