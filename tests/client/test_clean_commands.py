import json

import pytest
from click.testing import CliRunner

from client.clean import settings as desk
from client.clean.rules import RULES, defaults
from client.commands.clean import clean
from client.store import Store
from common.errors import InputError, SettingsError
from tests.client.clean_shop import at, sound


@pytest.fixture
def home(tmp_path):
    shop = sound(tmp_path / "shop", n=8)
    for i in range(3):
        shop.event(f"d{i}", 2, "cart", at(5e6))
    shop.store.close()
    return tmp_path / "shop"


def call(home, *words):
    done = CliRunner().invoke(clean, [*words, "--home", str(home)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def as_json(home, *words):
    return json.loads(call(home, *words, "--json").splitlines()[-1])


def test_clean_tells_what_it_did_in_words_and_in_json(home):
    dry = call(home, "--dry-run")
    assert "events 2 (" in dry
    assert "dry run: nothing changed" in dry
    text = call(home)
    assert "No row was deleted" in text
    assert "Duplicates" in text
    again = as_json(home)
    assert again["changed"] == 0
    assert next(r for r in again["rules"] if r["rule"] == "duplicates")["reasons"] == {
        "repeated-event": 2
    }
    assert "different from before" in call(home)


def test_chinese_shops_read_chinese(home):
    (home / "hansa.toml").write_text('shop_name = "茶"\nlanguage = "zh"\n', encoding="utf-8")
    text = call(home)
    assert "重复" in text
    assert "没有删除任何行" in text
    assert "same event" not in text
    assert "相同事件间隔的秒数" in call(home, "rules")
    assert "同一事件被重复上报" in call(home, "show", "duplicates")


def test_rules_are_listed_with_their_settings_and_counts(home):
    found = as_json(home, "rules")
    assert [r["rule"] for r in found["rules"]] == [r.name for r in RULES]
    assert all(r["pending"] for r in found["rules"])
    call(home)
    found = as_json(home, "rules")
    assert not any(r["pending"] for r in found["rules"])
    assert {r["rule"]: r["n"] for r in found["rules"]}["duplicates"] == 2
    text = call(home, "rules")
    assert "per_minute = 120" in text
    assert all(r.words.en in text for r in RULES)


def test_a_rule_is_set_and_the_change_taken_back(home):
    call(home)
    assert as_json(home, "set", "duplicates", "off", "event_s=5")["changed"] == {
        "duplicates.on": [True, False], "duplicates.event_s": [1, 5],
    }  # fmt: skip
    assert "(run 'hansa clean' for it to count)" in call(home, "rules")
    assert as_json(home)["changed"] == 2
    with Store.open(home) as store:
        assert store.db.execute("SELECT count(*) FROM events WHERE aside != 0").fetchone() == (0,)
    assert "duplicates on: off -> on" in call(home, "undo")
    assert desk.load(home) == defaults()
    assert "duplicates on: on -> off" in call(home, "undo")
    assert "Nothing is different" in call(home, "set", "duplicates", "off")


def test_show_tells_which_rows_and_why_without_their_keys(home):
    call(home)
    text = call(home, "show", "duplicates")
    assert text.count("the same event was reported again") == 2
    assert "shopper key00000…" in text
    assert "d1" not in [word for line in text.splitlines()[1:] for word in line.split()]
    assert len(as_json(home, "show", "duplicates", "--limit", "1")["rows"]) == 1
    assert "No row" in call(home, "show", "future")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set", "dup", "on"], "no cleaning rule"),
        (["set", "duplicates", "maybe"], "on, off or"),
        (["set", "duplicates", "seconds=3"], "no setting"),
        (["set", "duplicates", "event_s=-1"], "0 to 600"),
        (["set", "duplicates", "event_s=1.5"], "whole number"),
        (["set", "duplicates", "event_s=soon"], "number is needed"),
        (["set", "duplicates", "event_s=nan"], "0 to 600"),
        (["set", "clock", "opened=yesterday"], "a day like"),
        (["set", "orphans", "events=drop"], "one of: aside, keep"),
        (["show", "nothing"], "no cleaning rule"),
        (["undo"], "no earlier setting"),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_written(home, words, said):
    with pytest.raises(InputError, match=said):
        CliRunner().invoke(clean, [*words, "--home", str(home)], catch_exceptions=False)
    assert not (home / desk.FILE_NAME).exists()


def test_a_broken_file_is_refused_in_words(home):
    (home / desk.FILE_NAME).write_text("[duplicates\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read"):
        desk.load(home)
    (home / desk.FILE_NAME).write_text("[duplicates]\non = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="true or false"):
        desk.load(home)


def test_comments_in_the_file_stay(home):
    (home / desk.FILE_NAME).write_text("# ours\n[future]\non = false  # why\n", encoding="utf-8")
    desk.change(home, "future", None, {"tolerance_s": "60"})
    text = (home / desk.FILE_NAME).read_text(encoding="utf-8")
    assert "# ours" in text
    assert "# why" in text
    assert desk.load(home)["future"].values == {"tolerance_s": 60}
    assert not desk.load(home)["future"].on


def test_the_home_may_stand_before_the_verb(home):
    done = CliRunner().invoke(clean, ["--home", str(home), "rules"], catch_exceptions=False)
    assert "Duplicates" in done.output


def test_attribute(home):
    with Store.open(home) as store:
        store.db.execute("DELETE FROM conversions")
    dry = as_json(home, "attribute", "--dry-run")
    assert dry["n_new"] > 0
    text = call(home, "attribute", "--window-days", "7", "--view-window-days", "0.5")
    assert "credited to the last click" in text
    assert as_json(home, "attribute", "--window-days", "7")["n_clicks"] == 8
    bad = CliRunner().invoke(clean, ["attribute", "--window-days", "0", "--home", str(home)])
    assert bad.exit_code == 2
