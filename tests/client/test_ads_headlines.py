"""The headline model: features, the fit, a shop's own file, and the commands around it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.ads_judge import evaluate, learn_headlines
from client.creative import headlines
from client.creative.headlines import feature_matrix, features, fit, of_shop, save, shipped
from client.creative.judge import sets
from client.creative.judge.own import distance, receptions
from client.creative.write import draft
from client.store import Store, creatives, rows
from common.domain import Creative, CreativeState
from common.errors import InputError
from common.settings import Settings


def file_of_tests(path: Path, n: int) -> Path:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["test", "headline", "impressions", "clicks"])
        for i in range(n):
            out.writerow([f"t{i}", f"Is number {i} for you?", 1_000, 80])
            out.writerow([f"t{i}", f"The {i} that she found.", 1_000, 30])
    return path


def test_every_shipped_weight_has_its_feature_and_a_source() -> None:
    assert set(shipped().weights) == set(features("Anything"))
    assert "Upworthy" in shipped().source and "held out" in shipped().source
    assert feature_matrix([], ("digit",)).shape == (0, 1) and len(shipped().score([])) == 0


def test_features_read_what_they_say() -> None:
    f = features("Why did HE say 'no' to these 3 *big* people?")
    assert f["wh"] == f["question"] == f["digit"] == f["quote"] == f["stress"] == 1
    assert f["third"] == f["this"] == f["people"] == 1 and f["number_first"] == 0
    assert features("7 ways")["number_first"] == features("Seven ways")["number_first"] == 1
    assert features("It isn’t over")["quote"] == 0 and features("A NASA plan.")["capitals"] == 1
    assert all(v == 0 for v in features("").values())


def test_few_pairs_change_little_and_many_change_much() -> None:
    pair = ("Is it for you?", "It is for you")
    start = shipped().weights["question"]
    few, many = fit([pair]), fit([pair] * 2_000)
    assert start < few.weights["question"] < start + 0.05
    assert many.weights["question"] > start + 0.3
    with pytest.raises(InputError, match="nothing to learn"):
        fit([])


def test_a_shops_own_weights_are_kept_and_a_broken_file_is_named(tmp_path: Path) -> None:
    assert of_shop(tmp_path) is shipped()
    model = fit([("one two", "three")] * 9)
    save(model, tmp_path)
    again = of_shop(tmp_path)
    assert again.weights == model.weights and again.source == "own A/B tests"
    for wrong in (
        "{}",
        "[",
        '{"weights": {"digit": NaN}, "vector": [], "source": "", "encoder": ""}',
    ):
        (tmp_path / headlines.LEARNED).write_text(wrong)
        with pytest.raises(InputError, match="cannot be read"):
            of_shop(tmp_path)


def test_a_shop_learns_from_its_own_tests(tmp_path: Path) -> None:
    few = ["--data", str(file_of_tests(tmp_path / "few.csv", 29)), "--home", str(tmp_path)]
    refused = CliRunner().invoke(learn_headlines, few).exception
    assert isinstance(refused, InputError) and "29 of the 30 pairs" in refused.what
    assert not (tmp_path / headlines.LEARNED).exists()
    file = file_of_tests(tmp_path / "h.csv", 40)
    common = ["--data", str(file), "--home", str(tmp_path), "--json"]
    out = CliRunner().invoke(learn_headlines, common, catch_exceptions=False)
    value = json.loads(out.stdout)
    assert value["n_pairs"] == 40 and Path(value["file"]).exists()
    assert of_shop(tmp_path).source == "40 pairs of h.csv"
    assert of_shop(tmp_path).weights["question"] > shipped().weights["question"]
    out = CliRunner().invoke(evaluate, ["--set", "headlines", *common], catch_exceptions=False)
    accuracy = json.loads(out.stdout)["accuracy"]
    assert accuracy["ranker"]["rate"] == 0 < accuracy["logistic"]["rate"]


def test_without_clicks_there_is_nothing_to_learn(tmp_path: Path) -> None:
    Store.open(tmp_path, create=True).close()
    result = CliRunner().invoke(learn_headlines, ["--home", str(tmp_path)])
    assert isinstance(result.exception, InputError) and not (tmp_path / headlines.LEARNED).exists()


@pytest.mark.parametrize(
    "text", ["test,headline\nt,a\n", "test,headline,impressions,clicks\nt,a,3,4\n", "\x00"]
)
def test_a_wrong_file_of_tests_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "h.csv").write_text(text)
    with pytest.raises(InputError) if text != "\x00" else pytest.raises(InputError, match="learn"):
        fit([(a.headline, "x") for a in sets.headline_tests(tmp_path / "h.csv")])


def test_edit_distance_is_levenshteins() -> None:
    assert distance("kitten", "sitting") == pytest.approx(3 / 7)
    assert distance("", "") == 0 and distance("a", "") == 1


def test_how_people_took_the_ads(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        store.db.table("products").insert({"product_id": "p", "title": "Mug", "brand": "Norda"})
        made = draft(store, Settings(), rows.product(store, "p"), None, "en", 4)
        first, second, third, _ = made
        creatives.decide(store, first.creative_id, CreativeState.APPROVED, "Mia")
        changed = creatives.load(store, second.creative_id)
        creatives.edit(store, replace_headline(changed))
        creatives.decide(store, second.creative_id, CreativeState.APPROVED, "Mia")
        creatives.decide(store, third.creative_id, CreativeState.REJECTED, "Mia", "dull")
        r = receptions(store)["template"]
    assert (r.n_ads, r.n_decided, r.n_as_written, r.n_edited, r.n_rejected) == (4, 3, 1, 1, 1)
    assert r.accepted is not None and r.accepted.low < 1 / 3 < r.accepted.high
    assert r.edit_distance is not None and 0 < r.edit_distance < 0.2
    args = ["--set", "own", "--home", str(tmp_path)]
    out = CliRunner().invoke(evaluate, args, catch_exceptions=False).output
    assert "template: 4 ads, 3 decided; accepted as written 0.33" in out


def replace_headline(ad: Creative) -> Creative:
    return replace(ad, headline="Another cup", writer="person")
