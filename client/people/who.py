"""Whom a person at the counter means: the shop's own customer id, or a pseudonym."""

from __future__ import annotations

import re

from client.ingest.pseudonym import Pseudonyms
from client.store import Store
from client.store.people import Person, find, suppressed
from common.errors import InputError

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")


def key_of(store: Store, id_or_key: str, salt: bytes) -> str:
    """The pseudonym that is meant; an id is hashed at once and goes no further.

    Args:
        store: The shop.
        id_or_key: The shop's own id, trimmed as the import trims it; or a pseudonym.
        salt: The shop's.

    Raises:
        InputError: it is empty.
    """
    text = id_or_key.strip()
    if not text:
        raise InputError("Say whom: the shop's own customer id, or a pseudonym.")
    hashed = Pseudonyms(salt)(text)
    # an id of the shop may look like a pseudonym: whoever is known is meant
    if _PSEUDONYM.fullmatch(text) and (find(store, text) or not find(store, hashed)):
        return text
    return hashed


def person_of(store: Store, shopper_key: str, salt: bytes) -> Person:
    """The person of a pseudonym.

    Raises:
        InputError: the shop holds nobody of it, or the person was forgotten.
    """
    person = find(store, shopper_key)
    if person is not None:
        return person
    if suppressed(store, salt).people([shopper_key]):
        raise InputError(
            "This person was forgotten: nothing is held, and files do not bring them back.",
            safe="Nothing was changed.",
            todo="If the person wants to come back: hansa shopper forget ID --allow-again, then "
            "import the files again.",
        )
    raise InputError(
        "The shop holds nobody of this id.",
        safe="Nothing was changed.",
        todo="Give the id as it stands in the column customer_id of your files, or the pseudonym "
        "that the window shows.",
    )
