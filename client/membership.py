"""Where a shop stands with its league, as a window shows it: kit, model, refused plans."""

from __future__ import annotations

from client.enrol import KIT_PATH, load_kit
from client.store import Store, models, rounds
from client.views import LeagueView

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
