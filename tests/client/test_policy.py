"""The policy: one rule at a time, the rest of hansa.toml stays, nonsense is never written, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client import policy
from client.settings_file import FILE_NAME, PREVIOUS_NAME
from common.errors import InputError, SettingsError
from common.settings import Policy, load_settings

FILE = """# Written by Kim, with care.
shop_name = "Casa Verde"   # not the Blue one

[policy]
epsilon = 3.0  # agreed with the owner
hours = "22-6"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / FILE_NAME).write_text(FILE, encoding="utf-8")
    return tmp_path


def test_one_rule_changes_and_everything_else_stays(home: Path) -> None:
    change = policy.change(home, {"epsilon": 2.0})
    assert (change.before.epsilon, change.after.epsilon) == (3.0, 2.0)
    text = (home / FILE_NAME).read_text(encoding="utf-8")
    assert text == FILE.replace("epsilon = 3.0", "epsilon = 2.0")
    assert (home / PREVIOUS_NAME).read_text(encoding="utf-8") == FILE
    assert not list(home.glob(".*"))


def test_every_rule_can_be_set_and_taken_back(home: Path) -> None:
    values: dict[str, str] = {
        "epsilon": "2.5",
        "epsilon_quarter": "1",
        "tier": "medium",
        "paused": "yes",
        "hold": "on",
        "hours": "8-20",
        "min_noise_multiplier": "0.8",
        "max_clip_norm": "2",
        "max_local_steps": "20",
        "max_impressions": "16",
        "allow_evaluation": "no",
        "modes": "own-noise",
        "league_group": "5",
        "league_threshold": "4",
        "league_colluders": "2",
        "league_pin": "manual",
        "allowed_code": f"{'ab' * 32}, {'cd' * 32}",
    }
    assert set(values) == set(policy.RULES) == set(Policy.model_fields)
    for name, text in values.items():
        policy.change(home, {name: policy.parse(name, text)})
    found = load_settings(home).policy
    assert found.epsilon_quarter == 1.0 and found.hold and found.paused
    assert found.allowed_code == ("ab" * 32, "cd" * 32)
    assert found.modes == ("own-noise",) and found.league_pin == "manual"
    assert (found.league_group, found.league_threshold, found.league_colluders) == (5, 4, 2)
    assert {r.source for r in policy.rules(home)} == {FILE_NAME}
    policy.change(home, {"epsilon_quarter": policy.parse("epsilon_quarter", "none")})
    policy.change(home, {"hours": policy.parse("hours", "always")})
    assert load_settings(home).policy.epsilon_quarter is None
    assert load_settings(home).policy.hours == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epsilon", "much"),
        ("epsilon", "0"),
        ("epsilon", "nan"),
        ("epsilon", "99"),
        ("paused", "perhaps"),
        ("max_local_steps", "2.5"),
        ("hours", "all day"),
        ("tier", "huge"),
        ("min_noise_multiplier", "-1"),
        ("nonsense", "1"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_written(home: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        policy.change(home, {name: policy.parse(name, text)})
    assert "Nothing was" in caught.value.safe
    assert (home / FILE_NAME).read_text(encoding="utf-8") == FILE
    assert not policy.can_undo(home)


def test_undo_goes_back_and_forth(home: Path) -> None:
    with pytest.raises(InputError):
        policy.undo(home)
    policy.change(home, {"paused": True})
    assert policy.earlier(home) == Policy(hours="22-6")
    assert not policy.undo(home).after.paused
    assert (home / FILE_NAME).read_text(encoding="utf-8") == FILE
    assert policy.undo(home).after.paused


def test_a_folder_without_a_file_gets_one(tmp_path: Path) -> None:
    policy.change(tmp_path, {"hold": True})
    assert load_settings(tmp_path).policy.hold
    assert not policy.undo(tmp_path).after.hold


def test_a_file_that_cannot_be_used_is_not_made_worse(home: Path) -> None:
    broken = FILE + "colour = 'blue'\n"
    (home / FILE_NAME).write_text(broken, encoding="utf-8")
    with pytest.raises(SettingsError):
        policy.change(home, {"hold": True})
    assert (home / FILE_NAME).read_text(encoding="utf-8") == broken


def test_the_environment_wins_and_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_POLICY__EPSILON", "1.5")
    (found,) = (r for r in policy.rules(home) if r.name == "epsilon")
    assert (found.value, found.source) == (1.5, "environment")


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"epsilon": 2.0, "hold": True, "paused": True, "tier": "large"}, ()),
        ({"epsilon": 4.0}, ("epsilon",)),
        ({"epsilon_quarter": 2.0}, ("epsilon_quarter",)),
        ({"epsilon_quarter": None}, ("epsilon_quarter",)),
        ({"epsilon_quarter": 0.5}, ()),
        ({"tier": "small"}, ("tier",)),
        ({"min_noise_multiplier": 0.1}, ("min_noise_multiplier",)),
        ({"allowed_code": ("ab",), "hold": False}, ("hold", "allowed_code")),
    ],
)
def test_what_protects_less_is_named(changed: dict[str, Any], names: tuple[str, ...]) -> None:
    before = Policy(epsilon_quarter=1.0, tier="medium", hold="epsilon" not in changed)
    assert policy.loosened(before, before.model_copy(update=changed)) == names


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"modes": ("own-noise", "league-noise")}, ("modes",)),
        ({"modes": ("league-noise",)}, ("modes",)),
        ({"modes": ()}, ()),
        ({"league_group": 4}, ("league_group",)),
        ({"league_threshold": 3, "league_group": 9}, ("league_threshold",)),
        ({"league_colluders": 1}, ("league_colluders",)),
        ({"league_colluders": 3, "league_threshold": 6}, ()),
        ({"league_pin": "first-use"}, ("league_pin",)),
    ],
)
def test_league_noise_that_protects_less_is_named(
    changed: dict[str, Any], names: tuple[str, ...]
) -> None:
    before = Policy(
        modes=("own-noise",),
        league_group=5,
        league_threshold=5,
        league_colluders=2,
        league_pin="manual",
    )
    after = before.model_copy(update=changed)
    assert policy.loosened(before, after) == names
    assert not set(policy.loosened(after, before)) & set(names)


@given(
    st.sampled_from(["hold", "paused", "allow_evaluation"]),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)
@settings(max_examples=25, deadline=None)
def test_any_comment_survives(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: bool, comment: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    text = f"# {comment}\n{FILE}"
    (home / FILE_NAME).write_text(text, encoding="utf-8")
    policy.change(home, {name: value})
    assert f"# {comment}" in (home / FILE_NAME).read_text(encoding="utf-8")
    assert getattr(load_settings(home).policy, name) is value
    policy.undo(home)
    assert (home / FILE_NAME).read_text(encoding="utf-8") == text
