"""The judge of ads: text figures, headline choice, the blind sheet, the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from client.commands.ads import ads
from client.creative.brief import AdText, Brief, Candidate
from client.creative.judge import blind, figures, headlines
from client.creative.judge.evaluate import evaluate
from client.creative.judge.sets import Arm, Case
from client.creative.language import Watch
from client.creative.template import TemplateWriter
from common.domain import Product
from common.errors import InputError

CASES = [
    Case(Product(f"p{i}", t, brand="PolarSip", description="Steel, 750 ml."), "en", "A bottle.")
    for i, t in enumerate(("Steel Bottle", "Oat Biscuits", "Coffee Mug"))
]


class Liar:
    """Every second ad states a figure that nobody gave."""

    name, version = "liar", "1"

    def write(
        self, brief: Brief, n: int, seed: int | None = None, watch: Watch | None = None
    ) -> list[Candidate]:
        name = brief.facts.name
        return [
            Candidate(AdText(f"{name} here", f"The {name} holds 750 ml.", "", "Ad")),
            Candidate(AdText(f"{name} now", f"The {name} holds 900 ml.", "", "Ad")),
        ]


def test_set_figures_are_those_of_the_papers() -> None:
    assert figures.distinct(["a b a b"], 1) == 0.5
    assert figures.distinct(["a b a b"], 2) == pytest.approx(2 / 3)
    assert figures.copy_rate("a b c d e", "x a b c d y", 4) == 0.5
    assert figures.distinct([], 2) == 0 and figures.copy_rate("", "a") == 0


def test_chinese_is_cut_into_characters() -> None:
    pytest.importorskip("sacrebleu")
    pytest.importorskip("rouge_score")
    same = figures.against(["宽松的裤子很舒服"], ["宽松的裤子很舒服"], "zh")
    assert same["bleu"] == pytest.approx(100) and same["rouge_l"] == 1
    other = figures.against(["宽松的裤子很舒服"], ["宽松的裙子很好看"], "zh")
    assert 0 < other["bleu"] < 100 and 0 < other["rouge_1"] < 1 and 0 < other["chrf"] < 100
    assert figures.self_bleu(["一杯热茶暖手", "一杯热茶暖手"], "zh") == pytest.approx(100)
    assert figures.self_bleu(["一杯热茶暖手"], "zh") == 0


def test_a_liar_is_found_out() -> None:
    pytest.importorskip("sacrebleu")
    pytest.importorskip("rouge_score")
    found = evaluate(Liar(), CASES)
    assert found["fact_precision"] < 0.8 and found["pass_rate"] == 0.5
    assert found["fails_facts"] == 0.5 and found["three_variants"] == 0
    good = evaluate(TemplateWriter(), CASES)
    assert good["fact_precision"] == 1 and good["three_variants"] == 1
    assert "bleu" in good and "tokens_per_s" not in good


def _arms(n: int, winner: str, loser: str) -> list[Arm]:
    return [
        a
        for i in range(n)
        for a in (
            Arm(f"t{i}", "x", f"{winner} number {i}", "", 1_000, 80),
            Arm(f"t{i}", "x", f"{loser} {i}", "", 1_000, 30),
        )
    ]


def test_pairs_need_the_same_picture_and_a_real_difference() -> None:
    assert len(headlines.pairs_of(_arms(3, "wow", "meh"))) == 3
    assert not headlines.pairs_of([Arm("t", "x", "a", "", 100, 9), Arm("t", "y", "b", "", 100, 1)])
    assert not headlines.pairs_of([Arm("t", "x", "a", "", 100, 5), Arm("t", "x", "b", "", 100, 4)])
    assert not headlines.pairs_of([Arm("t", "x", "a", "", 100, 0), Arm("t", "x", "b", "", 0, 0)])


def test_a_signal_is_learned_and_no_test_is_in_both_halves() -> None:
    found = headlines.choose_headlines(_arms(60, "wow", "meh"))
    assert found["logistic"].rate == 1 and found["length"].rate == 1
    assert found["random"].low < 0.5 < found["random"].high
    assert found["ranker_minus_logistic"].rate <= 0
    assert found == headlines.choose_headlines(_arms(60, "wow", "meh"))
    assert headlines.choose_headlines([]) == {}


def test_the_sheet_hides_the_writer_and_takes_the_marks(tmp_path: Path) -> None:
    evil = Case(Product("e", "<script>x</script> Mug", description="<b>750 ml</b>"), "en")
    page, key = blind.make_sheet([TemplateWriter(), Liar()], [*CASES, evil], 1)
    assert "template" not in page and "liar" not in page and "<b>750" not in page
    assert "<script>x" not in page
    made = json.loads(key)
    (tmp_path / "k.json").write_text(key)
    marks = {n: w == "template" for n, w in made["writers"].items()}
    (tmp_path / "m.json").write_text(json.dumps({"sheet": made["sheet"], "marks": marks}))
    rates = blind.read_marks(tmp_path / "k.json", tmp_path / "m.json")
    assert rates["template"].n_usable == rates["template"].n_marked >= 3
    assert rates["liar"].n_usable == 0 and rates["liar"].n_marked == 4
    assert 0 < rates["template"].low < rates["template"].high == 1
    for wrong in ('{"sheet": "x", "marks": {}}', "[]", "no json"):
        (tmp_path / "m.json").write_text(wrong)
        with pytest.raises(InputError, match="marks"):
            blind.read_marks(tmp_path / "k.json", tmp_path / "m.json")


def test_the_commands_say_what_is_missing(tmp_path: Path) -> None:
    run = CliRunner().invoke
    result = run(ads, ["evaluate", "--set", "upworthy", "--home", str(tmp_path)])
    assert isinstance(result.exception, InputError) and "--data" in str(result.exception)
    result = run(ads, ["evaluate", "--set", "bigbasket", "--data", str(tmp_path)])
    assert isinstance(result.exception, InputError)


def test_the_commands_on_a_small_catalogue(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [
        {"index": i, "product": t, "category": "Home", "sub_category": "x", "brand": "Norda",
         "sale_price": "120", "type": "Mugs", "description": "Steel, 300 ml."}
        for i, t in enumerate(("Steel Mug", "Steel Bottle"))
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "products.parquet")
    common = ["--set", "bigbasket", "--data", str(tmp_path), "--home", str(tmp_path), "--json"]
    run = CliRunner().invoke
    value = json.loads(run(ads, ["evaluate", *common], catch_exceptions=False).stdout)
    assert value["writer"] == "template" and value["figures"]["cases"] == 2
    sheet = tmp_path / "s.html"
    run(ads, ["sample", str(sheet), *common], catch_exceptions=False)
    key = json.loads((tmp_path / "s.html.key.json").read_text())
    (tmp_path / "m.json").write_text(json.dumps({"sheet": key["sheet"], "marks": {"1": True}}))
    out = run(ads, ["sample", str(sheet), "--marks", str(tmp_path / "m.json"), "--json"])
    assert json.loads(out.stdout)["template"]["n_usable"] == 1


def test_the_logistic_baseline_needs_no_luck() -> None:
    vector = headlines._vector("You won 3 prizes?")
    assert np.isfinite(vector).all() and vector.shape == (headlines.BUCKETS + 6,)
