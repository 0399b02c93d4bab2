"""A shop with nothing to learn from is refused before its node starts; nothing is sent or charged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec

from client import enrol
from client import node as nodes
from client.commands.league import join, node
from client.consent import LEAST_SHOPPERS
from client.ready import Lack, lack
from client.shop import make_shop
from client.store import Store, ledger
from common.errors import TrainingError
from common.kit import SiteKit
from tests.client.made_up_shop import COORDINATOR, shop


def ask(verb: object, *words: str | Path) -> Result:
    return CliRunner().invoke(verb, [str(w) for w in words])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n", "rate", "kind"),
    [
        (0, 0.3, "empty"),
        (3, 0.3, "few-shoppers"),
        (LEAST_SHOPPERS, 0.9, "few-shoppers"),  # two of them did not agree
        (60, 0.0, "no-outcome"),
        (60, 0.5, None),
    ],
)
def test_what_a_shop_lacks(tmp_path: Path, n: int, rate: float, kind: str | None) -> None:
    with shop(tmp_path, n, rate) as store:
        found = lack(store)
    assert (found.kind if found else None) == kind
    assert found is None or found.words().endswith(".")


def test_an_outcome_of_somebody_who_did_not_agree_is_none(tmp_path: Path) -> None:
    with shop(tmp_path, 60, 0.5) as store:
        store.db.execute(
            "DELETE FROM conversions WHERE impression_id IN (SELECT impression_id FROM impressions"
            " JOIN shoppers USING (shopper) WHERE consent = 1)"
        )
        assert lack(store) == Lack("no-outcome", LEAST_SHOPPERS)
        store.db.execute("UPDATE impressions SET clicked = 1")
        assert lack(store) is None


def test_the_node_of_such_a_shop_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(tmp_path, 3).close()
    home, started = tmp_path / "shop", []
    kit = SiteKit("Test", "127.0.0.1:1", "pem", "00" * 32, "", "")
    found = enrol.Membership(kit, ec.generate_private_key(ec.SECP384R1()))
    monkeypatch.setattr(enrol, "load_membership", lambda _: found)
    monkeypatch.setattr(nodes.Node, "run", lambda self, once: started.append(once))
    for more in ((), ("--once",)):
        error = ask(node, "--home", home, *more).exception
        assert isinstance(error, TrainingError) and "(3): below" in error.what
        assert "no privacy was charged" in error.safe and str(home) == error.where
        assert "hansa import" in error.todo and "--anyway" in error.todo
    assert not started
    with Store.open(home, read_only=True) as store:
        assert ledger.head(store) is None or ledger.head(store).sequence <= 1
    assert ask(node, "--home", home, "--once", "--anyway").exit_code == 0 and started == [True]


def test_joining_says_what_is_missing_before_the_first_round(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop", "New", "en", {})
    kit = tmp_path / "kit.json"
    made = SiteKit("Test", "127.0.0.1:1", "pem", COORDINATOR.public.hex, "", "").signed(COORDINATOR)
    kit.write_text(made.to_json(), encoding="utf-8")
    out = ("--out", tmp_path / "request.json", "--home", tmp_path / "shop")
    said = ask(join, kit, *out)
    assert said.exit_code == 0 and "nothing to learn from" in said.output, said.exception
    assert json.loads(ask(join, kit, *out, "--json").output)["lacks"] == "empty"
