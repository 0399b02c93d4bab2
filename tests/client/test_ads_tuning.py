"""Learning a style, without a model: lessons, split, when to stop, the rule, the offer, use and undo."""

from __future__ import annotations

import json
import math
import struct
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.ads_learn import learn
from client.creative.brief import AdText, make_brief
from client.creative.learn.preferences import PreferencePair
from client.creative.model_files import sha256_of
from client.creative.prompt import make_prompt
from client.creative.tuned import ADAPTER_FILES, RECORD, open_adapter
from client.creative.tuning import adapters, offer, rule
from client.creative.tuning.judge import counted
from client.creative.tuning.lessons import lessons_of, repeated, split
from client.creative.tuning.nouns import Lesson, Look, Recipe, Worth
from client.creative.tuning.stop import Stop, by_heart, looked
from client.creative.writers import WriterSettings
from client.store import Store
from common.domain import Product
from common.errors import CreativeError, InputError, SettingsError
from tests.client.tuning_shop import set_writer, shop

RECIPE = Recipe()
WORTH = Worth(0.6, 0.5, 0.8, 0.9, 0.0, 0.1, 0.6, n_lines=160, n_ads=120, n_pairs=40)


def pair(
    product: str = "p1",
    chosen: str = "A Cup | Tea.",
    rejected: str = "B Cup | Tea.",
    w: float = 1.0,
) -> PreferencePair:
    brief = make_brief(Product(product, "Ginger Tea 20 bags", brand="Leafwell"))
    sides = [AdText(*side.split(" | ")) for side in (chosen, rejected)]
    return PreferencePair(brief, *sides, "edited", w, ("ad-1", 2), ("ad-1", 1))


def lessons(n: int, products: int) -> list[Lesson]:
    return lessons_of(pair(f"p{i % products}", f"Cup {i} | Tea.") for i in range(n))[0]


def test_a_lesson_asks_as_the_writer_asks_and_answers_in_its_line() -> None:
    (one,), left = lessons_of([pair()])
    assert one.prompt == make_prompt(one.brief) and left == 0
    assert (one.chosen, one.rejected) == ("A Cup | Tea.", "B Cup | Tea.")
    assert one.pair_id == "ad-1.2>ad-1.1"


@pytest.mark.parametrize(
    ("chosen", "rejected"),
    [("A | b.", "A | b."), ("A | ", "B | c."), ("A\nB | c.", "B | c."), ("A | see evil.com", "B | c.")],
)  # fmt: skip
def test_what_is_no_line_is_left_out(chosen: str, rejected: str) -> None:
    assert lessons_of([pair(chosen=chosen, rejected=rejected), pair()])[1] == 1


def test_products_are_on_one_side_only_and_the_seed_decides() -> None:
    many = lessons(60, 12)
    parts = split(many, 0.2, 3, left_out=5)
    sides = [{x.brief.product.product_id for x in side} for side in (parts.train, parts.held)]
    assert not sides[0] & sides[1] and sides[0] | sides[1] == {f"p{i}" for i in range(12)}
    assert len(parts.held) == 15 and len(parts.train) == 45 and parts.left_out == 5
    assert split(many, 0.2, 3) == replace(parts, left_out=0)
    assert split(many, 0.2, 4).held != parts.held
    # a product with nearly all pairs still leaves something on both sides
    assert all(len(side) for side in (split(lessons(9, 2), 0.9, s).train for s in range(5)))
    with pytest.raises(ValueError, match="one product"):
        split(lessons(5, 1), 0.2, 0)


def test_a_surer_pair_is_seen_more_often() -> None:
    found, _ = lessons_of([pair(w=1.0), pair("p2", w=0.5), pair("p3", w=0.8)])
    assert [x.brief.product.product_id for x in repeated(found)] == ["p1", "p1", "p2", "p3", "p3"]


def test_training_stops_when_held_out_pairs_gain_no_more() -> None:
    stop = Stop()
    for step, loss in ((0, 0.9), (10, 0.7), (20, 0.71), (30, float("nan")), (40, 0.8)):
        assert not stop.why
        stop = looked(stop, Look(step, loss, 0.5, 0.0), RECIPE)
    assert "step 10" in stop.why and stop.best and stop.best.step == 10
    # it falls every time: never
    stop = Stop()
    for step in range(8):
        stop = looked(stop, Look(step, 1 - step / 10, 0.5, 0.0), RECIPE)
        assert stop.is_best and not stop.why


def test_training_stops_when_words_are_learned_by_heart() -> None:
    assert not by_heart(Stop(), 0.81, RECIPE).why
    assert "by heart" in by_heart(Stop(), 0.5, RECIPE).why
    # a model that finds the words easy from the start may find them a little easier
    easy = looked(Stop(), Look(0, math.log(2) + RECIPE.plain * 0.7, 0.0, 0.0), RECIPE)
    assert not by_heart(easy, 0.4, RECIPE).why and by_heart(easy, 0.3, RECIPE).why
    assert not by_heart(Stop(), float("nan"), RECIPE).why


def test_no_worse_and_some_gain_is_the_rule() -> None:
    assert rule.against(WORTH, WORTH, gained=True) == ()
    assert "learned nothing" in rule.against(WORTH, WORTH, gained=False)[0]
    worse = {
        "preference_accuracy": 0.5, "pass_rate": 0.47, "usable_briefs": 0.7, "fact_precision": 0.8,
        "copied_headlines": 0.03, "copied_4": 0.2, "distinct_2": 0.5, "n_ads": 19, "n_pairs": 19,
    }  # fmt: skip
    for name, value in worse.items():
        after = replace(WORTH, **{name: value})
        assert len(rule.against(WORTH, after, gained=True)) == 1, name
    none = replace(WORTH, pass_rate=0.0, usable_briefs=0.0)
    assert rule.against(none, none, gained=True) == ("it writes no ad that passes the checks",)
    assert rule.against(WORTH, replace(WORTH, pass_rate=0.485, copied_4=0.14), gained=True) == ()


def test_copies_and_facts_are_counted() -> None:
    trained = lessons_of(
        [pair(chosen="Warm Evenings at Home | A calm cup of good ginger tea at home.")]
    )[0]
    brief = make_brief(Product("p9", "Ginger Tea 20 bags", brand="Leafwell"))
    copy = AdText("Warm evenings at home", "A calm cup of good ginger tea, 20 bags.", "", "Ad")
    own = AdText("Leafwell Ginger Tea", "Ginger Tea, 30 bags, for the long week.", "", "Ad")
    got = counted([(brief, copy), (brief, own)], trained, 0.7, 1, 4, 30)
    assert got.copied_headlines == 0.5 and 0.2 < got.copied_4 < 0.5
    assert got.fact_precision < 1 and got.pass_rate <= 0.25 and got.n_lines == 4
    nothing = counted([], trained, 0.5, 3, 4, 30)
    assert (nothing.pass_rate, nothing.fact_precision, nothing.n_ads) == (0.0, 1.0, 0)


def model_folder(folder: Path, n_weights: int) -> Path:
    """A folder that says how large it is and holds no weight."""
    folder.mkdir(parents=True)
    header = json.dumps({"__metadata__": {}, "w": {"dtype": "BF16", "shape": [n_weights, 1]}})
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header.encode())
    (folder / "config.json").write_text('{"hidden_size": 896, "num_hidden_layers": 24}')
    return folder


def missing(home: Path, setting: WriterSettings, found: list[Lesson]) -> str:
    return " / ".join(offer.look(home, setting, found, len(found) + 3, RECIPE).missing)


def test_the_offer_says_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offer, "_absent", list)
    monkeypatch.setattr(offer, "free_memory", lambda: 2**36)
    own = WriterSettings(name="transformers", model="m")
    said = missing(tmp_path, WriterSettings(), lessons(40, 4))
    assert "40 of 200" in said and "4 of 10" in said and "3 more have no form" in said
    assert "a language model of your own" in said
    assert "not the name of a model on the hub" in missing(tmp_path, own, lessons(200, 10))
    model_folder(tmp_path / "m", 494_000_000)
    assert "0.49 billion" in missing(tmp_path, own, lessons(200, 10))
    model_folder(tmp_path / "m2", 500_000_000)
    large = replace(own, model="m2")
    assert missing(tmp_path, large, lessons(200, 10)) == ""
    monkeypatch.setattr(offer, "free_memory", lambda: 2**31)
    assert "memory: about" in missing(tmp_path, large, lessons(200, 10))
    monkeypatch.setattr(offer, "_absent", lambda: ["trl"])
    assert "the package trl" in missing(tmp_path, large, lessons(200, 10))
    (tmp_path / "m2" / "model.safetensors").write_bytes(b"\xff" * 100)
    assert "can be read" in missing(tmp_path, large, lessons(200, 10))
    (tmp_path / "g.gguf").write_bytes(b"GGUF" + bytes(2**20))
    assert "GGUF" in missing(tmp_path, replace(own, model="g.gguf"), lessons(200, 10))


def test_memory_falls_back_to_computing_twice() -> None:
    facts = offer.ModelFacts(500_000_000, 1_000_000_000, 896, 24, 14)
    roomy, twice = offer.needed(facts, RECIPE, None)
    assert not twice
    tight, twice = offer.needed(facts, RECIPE, roomy - 1)
    assert twice and tight < roomy
    # weights of four bytes take twice the room
    assert offer.needed(replace(facts, n_bytes=2_000_000_000), RECIPE, None)[0] > roomy + 9e8


def made(home: Path, *, marks: bytes = b"1", **record: object) -> str:
    """An adapter as the job keeps it, with files that no model could load."""
    work = home / adapters.FOLDER / ".work"
    work.mkdir(parents=True)
    for name in ADAPTER_FILES:
        (work / name).write_bytes(name.encode() + marks)
    whole = {"at": f"2026-{marks.decode()}", "smoke": False, "against": [], "base": {"digest": "b"}}
    kept = adapters.keep(home, work, whole | record)
    work.rmdir()
    return kept.folder.name


def run(home: Path, *args: str) -> dict[str, object]:
    result = CliRunner().invoke(
        learn, [*args, "--home", str(home), "--json"], catch_exceptions=False
    )
    return dict(json.loads(result.stdout.splitlines()[-1]))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shop(tmp_path, 1)
    set_writer(tmp_path)
    return tmp_path


def adapter_of(home: Path) -> str:
    return str(tomllib.loads((home / "ads.toml").read_text())["writer"].get("adapter", ""))


def test_use_and_undo_go_back_step_by_step(home: Path) -> None:
    before = (home / "ads.toml").read_text()
    first, second = made(home), made(home, marks=b"2")
    assert run(home, "--use", first)["in_use"] == first
    assert adapter_of(home) == f"models/adapters/{first}" and "# mine" in before
    assert run(home, "--use")["in_use"] == second
    assert [a["in_use"] for a in run(home, "--list")["learned"]] == [False, True]  # type: ignore[attr-defined]
    assert run(home, "--undo")["in_use"] == first
    assert run(home, "--undo")["in_use"] == ""
    assert (home / "ads.toml").read_text().strip() == before.strip()
    with pytest.raises(InputError, match="Nothing that was learned"):
        run(home, "--undo")
    (home / "ads.toml").write_text("[writer")
    for deed in ("--undo", "--list", "--use"):
        with pytest.raises(SettingsError, match="ad writer"):
            run(home, deed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"smoke": True}, "smoke test"),
        ({"against": ["it copies headlines"]}, "it copies headlines"),
    ],
)
def test_what_the_rule_refuses_nobody_can_use(
    home: Path, change: dict[str, object], words: str
) -> None:
    before = (home / "ads.toml").read_text()
    made(home, **change)
    with pytest.raises(CreativeError, match=words):
        run(home, "--use")
    assert (home / "ads.toml").read_text() == before


def test_a_changed_adapter_is_neither_listed_nor_used(home: Path) -> None:
    folder = home / adapters.FOLDER / made(home)
    assert open_adapter(folder).digest == sha256_of(folder / n for n in ADAPTER_FILES)
    (folder / ADAPTER_FILES[1]).write_bytes(b"other")
    with pytest.raises(CreativeError, match="changed since"):
        open_adapter(folder)
    assert run(home, "--list")["learned"] == []
    with pytest.raises(CreativeError, match="Nothing was learned"):
        run(home, "--use")
    (folder / RECORD).unlink()
    with pytest.raises(CreativeError, match="cannot be read"):
        open_adapter(folder)


@pytest.mark.parametrize("spoil", [lambda h: None, lambda h: (h / "ads.toml").unlink()])
def test_learning_is_refused_in_words_and_nothing_is_made(
    home: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(home)
    value = run(home, "--check")
    assert value["is_offered"] is False and value["pairs"] == 1
    with pytest.raises(CreativeError, match="not offered yet") as caught:
        run(home)
    assert "1 of 200" in str(caught.value) and not (home / "models").exists()
    with Store.open(home):
        pass
