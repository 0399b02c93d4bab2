"""Where a shop stands with its league, as a window shows it: kit, model, refused plans."""

from __future__ import annotations

from datetime import UTC, datetime

from client.enrol import KIT_PATH, load_kit
from client.shop import IDENTITY_PATH
from client.store import Store, models, roster, rounds
from client.views import LeagueView, RosterView
from common.keys import Identity

SHOWN = 5


def league(store: Store) -> LeagueView:
    """The kit that was kept, the model in force, the latest refusals.

    Raises:
        EnrolmentError: the kit is damaged.
    """
    joined = (store.home / KIT_PATH).exists()
    kit = load_kit(store.home) if joined else None
    installed = models.listing(store)
    # what is held, or was not sent because the merchant said so, is no rule of the policy
    own = ("held", "declined")
    found = rounds.received(store)
    refused = [r for r in found if r.outcome == "refused" and r.code not in own][:SHOWN]
    return LeagueView(
        name=kit.league if kit else "",
        coordinator=kit.coordinator.fingerprint if kit else "",
        address=kit.address if kit else "",
        model_digest=installed[0].digest if installed else "",
        model_at=installed[0].installed_at if installed else "",
        n_models=len(installed),
        refusals=tuple((r.received_at, r.round, " ".join(r.reasons)) for r in refused),
    )


def changed_roster(store: Store) -> RosterView | None:
    """The list of merchants that waits for the owner's yes.

    Raises:
        UserFacing: the kit or a kept list is damaged.
    """
    if not (store.home / KIT_PATH).exists():
        return None
    known = roster.standing(store, load_kit(store.home).coordinator)
    new = known.proposed
    if new is None:
        return None
    names = [name for name, _ in new.roster.members]
    return RosterView(
        digest=new.roster.digest(),
        since=new.since,
        is_first=known.pinned is None,
        n_merchants=len(names),
        came=known.came,
        went=known.went,
        has_me=Identity.load(store.home / IDENTITY_PATH).public.fingerprint in names,
    )


def accept_roster(store: Store, seen: RosterView) -> None:
    """Go by the list that was shown, and by no other.

    Raises:
        InputError: another list came since, or none waits.
    """
    roster.accept(store, load_kit(store.home).coordinator, datetime.now(UTC), seen.digest)
