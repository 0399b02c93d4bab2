"""hansa hold, hansa policy: what a person types and what a machine reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from client import hold as desk
from client.commands.hold import hold, policy
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, held, ledger
from common.errors import InputError, PrivacyError, SettingsError
from common.keys import Identity
from common.ledger import EntryKind
from common.settings import load_settings
from tests.client.door_shop import a_plan
from tests.client.test_hold import PREVIEW, TENSORS


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_shop(tmp_path / "shop", "Casa", "en", {})
    return tmp_path / "shop"


def hold_one(home: Path, minutes: int = 30, **changes: Any) -> str:
    """Hold a report whose deadline is so many minutes away; returns the plan's digest."""
    now = datetime.now(UTC)
    plan = a_plan(deadline_at=(now + timedelta(minutes=minutes)).isoformat(), **changes)
    identity = Identity.load(home / IDENTITY_PATH)
    with Store.open(home) as store:
        charge = ledger.reserve(store, identity, plan, now, expected=ledger.head(store))
        held.keep(store, charge, plan, TENSORS, PREVIEW, now)
    return plan.digest()


def run(group: Any, home: Path, *words: str, **more: Any) -> Result:
    return CliRunner().invoke(group, [*words, "--home", str(home)], **more)


def test_list_show_send(home: Path) -> None:
    assert "Nothing is held" in run(hold, home, "list").output
    name = hold_one(home)
    listed = json.loads(run(hold, home, "list", "--json").output)["held"]
    assert [r["id"] for r in listed] == [name] and listed[0]["state"] == "held"
    text = run(hold, home, "show", name[:8]).output
    for part in ("3 x 2", "0.500 -> 0.750", "0.52 (0.42 to 0.62", "0.50 = nobody can tell", "7.5"):
        assert part in text, text
    assert run(hold, home, "send", name[:8]).exit_code == 0
    assert json.loads(run(hold, home, "list", "--json").output)["held"][0]["state"] == "approved"


def test_no_deletes_the_figures_and_settles_the_charge(home: Path) -> None:
    name = hold_one(home)
    said = run(hold, home, "drop", name)
    assert "The charge stays" in said.output
    assert "Nothing is held" in run(hold, home, "list").output
    assert "dropped" in run(hold, home, "list", "--all").output
    with Store.open(home) as store:
        kinds = [e.kind for e in ledger.entries(store)]
        assert kinds[-2:] == [EntryKind.RESERVE, EntryKind.VOID]
        assert len(ledger.mechanisms(store)) == 1
        # a second no is an error that says so, and no second void
        with pytest.raises(PrivacyError, match="no longer"):
            desk.send(store, name)
        assert len(ledger.entries(store)) == len(kinds)


def test_too_late_is_said_plainly(home: Path) -> None:
    name = hold_one(home, minutes=-1)
    said = run(hold, home, "send", name)
    assert isinstance(said.exception, PrivacyError)
    assert said.exception.code == "lapsed" and "deadline" in said.exception.what
    assert "lapsed" in run(hold, home, "list", "--all").output
    assert isinstance(run(hold, home, "show", "nothing").exception, InputError)


def test_nothing_is_countersigned_yet(home: Path) -> None:
    hold_one(home)
    with Store.open(home) as store:
        assert desk.countersigned(store) == desk.Countersigned(n_entries=2)


def test_policy_show_set_undo(home: Path) -> None:
    shown = run(policy, home, "show").output
    assert "epsilon_quarter" in shown and "default" in shown
    assert run(policy, home, "set", "epsilon", "2").exit_code == 0
    assert load_settings(home).policy.epsilon == 2.0
    assert run(policy, home, "set", "hold", "yes").exit_code == 0
    said = json.loads(run(policy, home, "undo", "--json", "--yes").output)
    assert said["changed"] == {"hold": [True, False]}
    assert not load_settings(home).policy.hold


def test_a_weaker_rule_is_asked_for_twice(home: Path) -> None:
    refused = run(policy, home, "set", "epsilon", "5", input="n\n")
    assert refused.exit_code == 1 and "cannot be taken back" in refused.output
    machine = run(policy, home, "set", "epsilon", "5", "--json")
    assert isinstance(machine.exception, InputError)
    assert load_settings(home).policy.epsilon == 3.0
    assert run(policy, home, "set", "epsilon", "5", input="y\n").exit_code == 0
    assert run(policy, home, "set", "max_clip_norm", "20", "--yes").exit_code == 0
    found = load_settings(home).policy
    assert (found.epsilon, found.max_clip_norm) == (5.0, 20.0)


@pytest.mark.parametrize(("name", "value"), [("epsilon", "99"), ("nonsense", "1"), ("hold", "x")])
def test_nonsense_is_refused(home: Path, name: str, value: str) -> None:
    before = (home / "hansa.toml").read_bytes()
    said = run(policy, home, "set", name, value, "--yes")
    assert isinstance(said.exception, SettingsError)
    assert (home / "hansa.toml").read_bytes() == before
