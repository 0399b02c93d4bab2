"""hansa evaluate, end to end on made-up merchants: the table, broken and empty merchants, one merchant."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.evaluate import evaluate as verb
from client.evaluate.run import Evaluation, Wishes, evaluate
from client.evaluate.table import markdown
from common.errors import InputError
from tests.client.made_up_league import league, merchant

FAST = Wishes(quick=True, methods=("popularity", "local", "league"))


def keys(found: Evaluation) -> list[str]:
    return [r.method for r in found.rows]


@pytest.mark.slow
def test_every_method_on_clicks_and_conversions(tmp_path: Path) -> None:
    root = league(tmp_path / "sets", 5, conversions=True)
    said: list[str] = []
    found = evaluate(root, Wishes(quick=True), said.append)
    assert found.heads == ("click", "conversion") and found.n_merchants == 5
    assert (
        found.split.kind == "time" and 0.5 < found.n_before / (found.n_before + found.n_later) < 0.9
    )
    clicks = [r for r in found.rows if r.head == "click"]
    assert [r.method for r in clicks] == [
        "popularity", "logistic", "lightgbm", "local", "federated",
        "own-3", "league-3", "given", "pooled-logistic", "pooled-lightgbm",
    ]  # fmt: skip
    by_name = {r.method: r for r in clicks}
    assert by_name["pooled-logistic"].runs[0].raw.auc > 0.6
    assert by_name["federated"].runs[0].raw.auc > 0.55
    assert by_name["league-3"].runs[0].sigma > 0 and by_name["local"].gain is None
    assert len(found.verdicts) == len(found.promises) == 2 and len(said) > 9
    text = markdown(found)
    assert "which nobody may do" in text and "delta 0.0001" in text and "**conversion**" in text


@pytest.mark.slow
def test_a_broken_merchant_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    root = league(tmp_path / "sets", 4)
    broken = root / "broken"
    broken.mkdir()
    (broken / "impressions.csv").write_text("colour,size\nred,4\n")
    (root / "empty").mkdir()
    nobody = merchant(root / "nobody", 9, n_shoppers=5)
    (nobody / "shoppers.csv").write_text("customer_id,consent\nc0,no\n")
    found = evaluate(root, FAST)
    assert found.n_merchants == 4
    assert [m.name for m in found.left_out] == ["broken", "empty", "nobody"]
    assert "consent" in found.left_out[2].reason
    assert "Left out: broken" in markdown(found)


@pytest.mark.slow
def test_a_merchant_without_positives_stays_and_is_in_no_mean(tmp_path: Path) -> None:
    root = league(tmp_path / "sets", 4)
    merchant(root / "never", 9, rate=0.0)
    merchant(root / "three", 10, n_shoppers=3)
    every = ("logistic", "lightgbm", "local", "league", "pooled")
    found = evaluate(root, Wishes(quick=True, methods=every))
    assert found.n_merchants == 6 and found.n_judged["click"] <= 5
    never = next(m for m in found.rows[0].runs[0].merchants if m.name == "never")
    assert never.n_positive == 0


def test_nobody_with_a_positive_is_a_clear_refusal(tmp_path: Path) -> None:
    root = league(tmp_path / "sets", 2, rate=0.0)
    with pytest.raises(InputError, match="No merchant has a single click"):
        evaluate(root, FAST)


def test_one_merchant_has_no_league_and_says_so(tmp_path: Path) -> None:
    root = league(tmp_path / "sets", 1)
    found = evaluate(root, Wishes(quick=True, methods=("local", "own", "league")))
    rows = {r.method: r for r in found.rows}
    assert "3 merchants or more" in rows["league-3"].not_possible and rows["own-3"].runs
    assert "3 merchants or more" in markdown(found)


@pytest.mark.slow
def test_one_moment_for_all_is_split_at_random_by_shopper(tmp_path: Path) -> None:
    root = league(tmp_path / "sets", 3, days=1)
    found = evaluate(root, FAST)
    assert found.split.kind == "random" and "one side of any cut" in found.split.why
    with pytest.raises(InputError, match="one side"):
        evaluate(root, Wishes(quick=True, split="time", methods=("local",)))


@pytest.mark.slow
def test_the_verb_prints_json_writes_a_section_once_and_refuses_nonsense(tmp_path: Path) -> None:
    root, out = league(tmp_path / "sets", 3), tmp_path / "results.md"
    out.write_text("# Results\n\nWords.\n\n## Kept\n\nAs it was.\n")
    args = ["--data", str(root), "--quick", "--methods", "popularity,league", "--write", str(out)]
    for _ in range(2):
        done = CliRunner().invoke(verb, [*args, "--json"], catch_exceptions=False)
        assert done.exit_code == 0
        value = json.loads(done.stdout)
    assert value["n_merchants"] == 3 and {r["method"] for r in value["rows"]} == {
        "popularity", "local", "league-3",
    }  # fmt: skip
    assert value["rows"][0]["mean"]["raw"]["auc"] is not None and "NaN" not in done.stdout
    text = out.read_text()
    assert text.count("## sets") == 1 and "As it was." in text and "Words." in text
    assert "hansa evaluate --data" in text and str(tmp_path) not in text
    for wrong in (
        ["--epsilons", "many"],
        ["--methods", "magic"],
        ["--seeds", "0"],
        ["--cut", "soon"],
    ):
        with pytest.raises(InputError):
            CliRunner().invoke(verb, ["--data", str(root), *wrong], catch_exceptions=False)
    with pytest.raises(InputError, match="no merchants"):
        CliRunner().invoke(verb, ["--data", str(tmp_path / "none")], catch_exceptions=False)


def test_without_lightgbm_that_row_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    root = league(tmp_path / "sets", 2)
    found = evaluate(root, Wishes(quick=True, methods=("lightgbm", "local")))
    row = next(r for r in found.rows if r.method == "lightgbm")
    assert not row.runs and "pip install lightgbm" in row.not_possible


@pytest.mark.slow
def test_help_reaches_no_engine_and_nothing_reaches_the_server() -> None:
    code = (
        "import sys, client.commands.evaluate; light = [m for m in ('torch', 'sklearn', 'numpy') "
        "if m in sys.modules]; import client.evaluate.run, client.evaluate.baselines; "
        "print(light, [m for m in sys.modules if m.split('.')[0] in ('server', 'lightgbm')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
