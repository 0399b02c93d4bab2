"""Forget one person: delete everywhere in one transaction, keep them out, leave a receipt in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from client.people.refused import of_person
from client.people.who import key_of
from client.salt import place
from client.shop import IDENTITY_PATH
from client.store import Store, people_notes
from client.store import people_forget as sql
from client.store.people import allow_again as allow
from client.store.people import find, suppress
from client.store.people_notes import Receipt
from common.database import transaction
from common.keys import Identity
from common.ledger import utc


def forget(
    store: Store, id_or_key: str, now: datetime, *, text_digest: Callable[[str], str]
) -> Receipt:
    """Delete everything that is held about one person, and keep next week's file from bringing it back.

    An id that the shop does not know is kept out from now on, and the receipt counts no rows.

    Args:
        store: The shop.
        id_or_key: The shop's own customer id, or a pseudonym; neither is kept.
        now: Aware UTC time.
        text_digest: Text -> its name in the cache of vectors.

    Raises:
        InputError: the salt or the identity cannot be read.
        StoreError: the database cannot be written; nothing is deleted then.
        LedgerBroken: no receipt can be written; nothing is deleted then.
    """
    salt = place.load(store.home)
    identity = Identity.load(store.home / IDENTITY_PATH)
    key = key_of(store, id_or_key, salt)
    with sql.erasing(store) as conn:
        refused = of_person(conn, salt, key)
        counts = {"refused_rows": sql.delete_refused(conn, refused.numbers)}
        person = find(store, key)
        impressions: list[str] = []
        if person is not None:
            impressions = sql.impression_ids(conn, person)
            typed = [text_digest(q) for q in sql.queries(conn, person)]
            counts["text_vectors"] = sql.delete_vectors(conn, typed)
            counts |= sql.delete_person(conn, person)
        suppress(conn, salt, key, impressions, utc(now))
        receipt = people_notes.write(conn, identity, "forget", counts, now)
    remarks = [] if person else ["The shop held nobody of this id; it is kept out from now on."]
    if not sql.log_is_cut(store):
        remarks.append(
            "Another program is reading the database: the deleted rows are overwritten, and their old "
            "bytes leave its log when that program is done and anything is written."
        )
    if refused.n_closed:
        remarks.append(
            f"{refused.n_closed} refused rows were sealed with another salt and cannot be opened: "
            "delete them with 'hansa retention', or restore the salt."
        )
    return receipt.with_remarks(remarks)


def allow_again(store: Store, id_or_key: str, now: datetime) -> Receipt | None:
    """Let files bring a person back who was forgotten; None where the person was not on the list.

    Raises:
        InputError: the salt or the identity cannot be read.
    """
    salt = place.load(store.home)
    identity = Identity.load(store.home / IDENTITY_PATH)
    key = key_of(store, id_or_key, salt)
    with transaction(store.db) as conn:
        n = allow(conn, salt, key)
        if not n:
            return None
        return people_notes.write(conn, identity, "allow-again", {"suppressed": n}, now)
