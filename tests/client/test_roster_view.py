"""What the window is told of a changed list of merchants, and its yes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from client import membership
from client.api import Shop
from client.enrol import KIT_PATH
from client.shop import make_shop
from client.store import Store
from client.store import roster as kept
from common.errors import InputError
from common.keys import Identity
from common.secagg.roster import Roster
from tests.client.league_shops import Kit

COORDINATOR = Identity.generate().public
KEYS = [Identity.generate().public for _ in range(4)]


@pytest.fixture
def shop(tmp_path, monkeypatch):
    home = tmp_path / "shop"
    make_shop(home, "Shop", "en", {})
    monkeypatch.setattr(membership, "load_kit", lambda home: Kit(COORDINATOR))
    out = Shop.open(home)
    yield out
    out.close()


def offer(shop, members):
    with Store.open(shop.home) as store:
        kept.offered(store, COORDINATOR, Roster.of(members), datetime.now(UTC), first_use=True)


def test_a_changed_list_waits_until_the_one_that_was_seen_is_accepted(shop):
    assert shop.changed_roster() is None  # in no league
    (shop.home / KIT_PATH).parent.mkdir(exist_ok=True)
    (shop.home / KIT_PATH).write_text("{}")
    assert shop.changed_roster() is None
    offer(shop, KEYS[:3])
    assert shop.changed_roster() is None  # pinned on first use
    offer(shop, KEYS[1:])
    seen = shop.changed_roster()
    assert (seen.n_merchants, seen.is_first, seen.has_me) == (3, False, False)
    assert (seen.came, seen.went) == ((KEYS[3].fingerprint,), (KEYS[0].fingerprint,))
    with pytest.raises(InputError, match="changed since"):
        shop.accept_roster(replace(seen, digest="00" * 32))
    assert shop.changed_roster() == seen
    shop.accept_roster(seen)
    assert shop.changed_roster() is None
