"""hansa roster, as a merchant types it; both figures of a ledger with league noise."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from client.commands import roster as command
from client.commands.privacy import ledger, privacy
from client.commands.roster import roster
from client.shop import make_shop
from client.store import Store
from client.store import roster as kept
from common.errors import EnrolmentError, InputError, StoreError
from common.keys import Identity
from common.secagg.roster import Roster
from common.secagg.server_side import SumResult
from tests.client.league_shops import Kit, LeagueOfShops, league_of

COORDINATOR = Identity.generate().public
KEYS = [Identity.generate().public for _ in range(5)]


def run(command: Any, *args: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in args])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_shop(tmp_path / "shop", "Shop", "en", {})
    monkeypatch.setattr(command, "load_kit", lambda home: Kit(COORDINATOR))
    return tmp_path / "shop"


def offer(home: Path, members: list[Any], *, first_use: bool = True) -> str:
    """What an invitation does; the code of the refusal."""
    with Store.open(home) as store:
        now = datetime.now(UTC)
        found = kept.offered(store, COORDINATOR, Roster.of(members), now, first_use=first_use)
    return found.code if found else ""


def test_a_shop_in_no_league(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop", "Shop", "en", {})
    assert isinstance(run(roster, "show", "--home", tmp_path / "shop").exception, EnrolmentError)


def test_first_use_then_a_change_then_a_yes(home: Path) -> None:
    assert "no list of merchants yet" in run(roster, "show", "--home", home).stdout
    assert offer(home, KEYS[:3]) == ""
    assert "3 merchants, pinned on first use" in run(roster, "show", "--home", home).stdout
    assert offer(home, KEYS[1:]) == offer(home, KEYS[1:]) == "other-roster"
    text = run(roster, "show", "--home", home).stdout
    assert f"- {KEYS[0].fingerprint}" in text and f"+ {KEYS[4].fingerprint}" in text
    facts = json.loads(run(roster, "show", "--home", home, "--json").stdout)
    assert facts["came"] == sorted(k.fingerprint for k in KEYS[3:])
    assert facts["went"] == [KEYS[0].fingerprint] and facts["pinned"]["by"] == "first-use"
    wrong = run(roster, "accept", "--home", home, "--digest", "00" * 4)
    assert isinstance(wrong.exception, InputError) and "changed since" in str(wrong.exception)
    digest = facts["proposed"]["digest"]
    said = run(roster, "accept", "--home", home, "--digest", digest[:12])
    assert "list of 4 merchants" in said.stdout and f"+ {KEYS[4].fingerprint}" in said.stdout
    assert offer(home, KEYS[1:]) == ""
    assert isinstance(run(roster, "accept", "--home", home).exception, InputError)
    after = json.loads(run(roster, "show", "--home", home, "--json").stdout)
    assert after["pinned"]["digest"] == digest and after["pinned"]["by"] == "owner"
    assert after["proposed"] is None


def test_a_coordinator_that_goes_back_to_the_pinned_list(home: Path) -> None:
    assert offer(home, KEYS[:3]) == "" and offer(home, KEYS) == "other-roster"
    assert offer(home, KEYS[:3]) == ""
    assert json.loads(run(roster, "show", "--home", home, "--json").stdout)["proposed"] is None


def test_manual_never_pins_by_itself(home: Path) -> None:
    path = home / "hansa.toml"
    path.write_text(f'{path.read_text()}\n[policy]\nleague_pin = "manual"\n')
    assert "waits for your yes" in run(roster, "show", "--home", home).stdout
    assert offer(home, KEYS, first_use=False) == "other-roster"
    assert "5 merchants waits for your yes" in run(roster, "show", "--home", home).stdout
    assert run(roster, "accept", "--home", home).exit_code == 0
    assert offer(home, KEYS, first_use=False) == ""
    assert "waits for 'hansa roster accept'" in run(roster, "forget", "--home", home).stdout
    assert "no list to forget" in run(roster, "forget", "--home", home).stdout
    assert offer(home, KEYS, first_use=False) == "other-roster"


def test_a_damaged_list_can_be_forgotten(home: Path) -> None:
    offer(home, KEYS)
    with Store.open(home) as store:
        store.db.conn.execute("UPDATE rosters SET content = '{}'")
        store.db.conn.commit()
    assert isinstance(run(roster, "show", "--home", home).exception, StoreError)
    forgotten = json.loads(run(roster, "forget", "--home", home, "--json").stdout)
    assert forgotten == {"forgotten": True} and offer(home, KEYS) == ""


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LeagueOfShops:
    return league_of(tmp_path, monkeypatch)


def test_both_figures_are_printed(league: LeagueOfShops, tmp_path: Path) -> None:
    assert isinstance(league.run(league.plan()), SumResult)
    home = league.homes[league.names[0]]
    text = run(privacy, "--home", home).stdout
    assert "up to 1 colluding merchant\n" in text and "weaker   epsilon" in text
    assert "one masked vector of a secure sum" in text
    figures = json.loads(run(privacy, "--home", home, "--json").stdout)
    assert 0 < figures["epsilon"] < figures["epsilon_if_all_collude"]
    assert figures["modes"] == ["league-noise"] and "up to 1" in figures["adversary"]
    shown = run(ledger, "show", "--home", home).stdout
    assert "league-noise (at least 4 merchants in the sum, 1 may collude)" in shown
    assert "weaker   epsilon" in shown
    out = tmp_path / "export.json"
    said = run(ledger, "export", "--home", home, "--out", out, "--json")
    assert json.loads(said.stdout)["epsilon_if_all_collude"] == figures["epsilon_if_all_collude"]
