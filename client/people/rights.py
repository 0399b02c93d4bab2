"""People's rights, all in one place: show, forget, consent, personalising, minors, retention."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from client.people import forgetting
from client.people.forgetting import allow_again
from client.people.keeping import delete_minors, due, retention_preview, retention_run
from client.people.show import Held, Round, show
from client.people.who import key_of, person_of
from client.salt import place
from client.store import Store
from client.store.people import HeldTable, Person, set_flags
from client.store.people_notes import Receipt, holds, receipts
from common.ledger import utc

__all__ = [
    "Held",
    "HeldTable",
    "Person",
    "Receipt",
    "Round",
    "allow_again",
    "delete_minors",
    "due",
    "forget",
    "holds",
    "receipts",
    "retention_preview",
    "retention_run",
    "set_consent",
    "set_personalise",
    "show",
]


def forget(
    store: Store, id_or_key: str, now: datetime, *, text_digest: Callable[[str], str] | None = None
) -> Receipt:
    """See `client.people.forgetting.forget`; texts are named as the shop's own vectors are."""
    return forgetting.forget(store, id_or_key, now, text_digest=text_digest or _text_digest)


def set_consent(store: Store, id_or_key: str, yes: bool, now: datetime) -> Person:
    """Write down what a person said; missing means no.

    Args:
        store: The shop.
        id_or_key: The shop's own customer id, or a pseudonym.
        yes: Whether they agree.
        now: Aware UTC time.

    Returns:
        The person as they are now.

    Raises:
        InputError: the shop holds nobody of this id, or its salt cannot be read.
    """
    return _change(store, id_or_key, now, consent=yes)


def set_personalise(store: Store, id_or_key: str, on: bool, now: datetime) -> Person:
    """Switch picking by the person's own behaviour on or off; see `set_consent`."""
    return _change(store, id_or_key, now, personalise=on)


def _change(
    store: Store,
    id_or_key: str,
    now: datetime,
    *,
    consent: bool | None = None,
    personalise: bool | None = None,
) -> Person:
    salt = place.load(store.home)
    key = key_of(store, id_or_key, salt)
    set_flags(
        store, person_of(store, key, salt), utc(now), consent=consent, personalise=personalise
    )
    return person_of(store, key, salt)


def _text_digest(text: str) -> str:
    # imported here: few people have typed a search, and arrays are slow to import
    from client.text.vectors import digest

    return digest(text)
