"""An audience to a file that only its owner can read: pseudonyms, or a hashed customer-match list."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from client.audience_match import Matched, PhoneForm, match
from client.audience_sift import known
from client.ingest.pseudonym import Pseudonyms
from client.salt import place
from client.store import Store, audience_exports, audiences
from client.store.audience_exports import Export
from common.domain import Audience
from common.errors import AudienceError, InputError
from common.settings import Settings

Form = Literal["csv", "json", "match"]
_CODE = (
    "Phone numbers of the list have no calling code: give yours with --calling-code, such as 86."
)


@dataclass(frozen=True, slots=True)
class Ids:
    """Where a match list takes e-mails and phones from, and how phones are written.

    Attributes:
        file: The shop's own list.
        calling_code: For numbers without one.
        phone: With or without the "+".
    """

    file: Path
    calling_code: str = ""
    phone: PhoneForm = "plus"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        record: As it stands in the list of exports.
        n_members: People of the audience who may still be addressed.
        n_without: Of them, those that the match list had nothing usable for; 0 elsewhere.
        n_without_code: Phone numbers that were left out for want of a calling code.
    """

    record: Export
    n_members: int
    n_without: int
    n_without_code: int = 0


def export(
    store: Store,
    settings: Settings,
    audience_id: str,
    file: Path,
    form: Form,
    by: str,
    ids: Ids | None = None,
) -> Written:
    """Write an audience to a new file and keep a record of that.

    Args:
        store: The shop.
        settings: Gives the size floor.
        audience_id: Which.
        file: A file that does not exist yet.
        form: "csv" and "json" hold pseudonyms alone; "match" holds SHA-256 of e-mails and phones.
        by: Who writes it.
        ids: For "match" only.

    Raises:
        AudienceError: unknown, or fewer people than the floor are left or were found in the list.
        InputError: a file cannot be read or written.
    """
    if (form == "match") != (ids is not None):
        what = "A match list needs" if ids is None else "Only a match list takes"
        raise InputError(
            f"{what} the shop's own list of e-mails or phones.",
            where="--ids",
            safe="Nothing was written.",
            todo="hansa audience export ID FILE --as match --ids customers.csv",
        )
    known(store, audience_id)
    audience = audiences.load(store, audience_id)
    keys = frozenset(m.shopper_key for m in audience.members)
    _floor(len(keys), settings.audience_floor, audience_id, "may be addressed any more")
    n_people, n_without_code = len(keys), 0
    if ids is not None:
        key_of = Pseudonyms(place.load(store.home))
        found = match(ids.file, keys, key_of, calling_code=ids.calling_code, phone=ids.phone)
        # people may share an address: neither people nor lines may be few
        least = min(found.n_people, len(found.rows))
        n_without_code = found.n_without_code
        more = _CODE if n_without_code else ""
        which = "are in the list with an address"
        _floor(least, settings.audience_floor, audience_id, which, more)
        n_people, text = found.n_people, _match(found)
    elif form == "csv":
        text = "".join(f"{line}\n" for line in ("shopper_key", *sorted(keys)))
    else:
        text = _json(audience, sorted(keys))
    made = _write(store, file, text, (audience_id, by, form, n_people))
    return Written(made, len(keys), len(keys) - n_people, n_without_code)


def _write(store: Store, file: Path, text: str, what: tuple[str, str, str, int]) -> Export:
    """Make the file, then the record, then the content: no content is ever without a record.

    Raises:
        InputError: it is there already, or cannot be written; then there is no record either.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as e:
        raise _unwritten(file, e) from e
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as f:
        try:
            digest = sha256(text.encode()).hexdigest()
            made = audience_exports.record(store, *what, file, digest)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        try:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        except OSError as e:
            file.unlink(missing_ok=True)
            audience_exports.forget(store, made)
            raise _unwritten(file, e) from e
    return made


def _match(found: Matched) -> str:
    """CSV with the columns that have any value; the names are those of the platforms' templates."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    kept = [i for i in (0, 1) if any(row[i] for row in found.rows)]
    lines.writerow([("Email", "Phone")[i] for i in kept])
    lines.writerows([row[i] for i in kept] for row in found.rows)
    return out.getvalue()


def _json(audience: Audience, keys: list[str]) -> str:
    value = {
        "audience_id": audience.audience_id,
        "name": audience.name,
        "product_id": audience.product_id,
        "created_at": audience.created_at,
        "shopper_keys": keys,
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _floor(n: int, floor: int, audience_id: str, which: str, more: str = "") -> None:
    if n < floor:
        raise AudienceError(
            f"Fewer than {floor} people of this audience {which}.",
            where=audience_id,
            safe="Nothing was written: a small group could point at single people.",
            todo=more or "Make a larger audience, or give a fuller list.",
        )


def _unwritten(file: Path, e: OSError) -> InputError:
    return InputError(
        f"The file cannot be written: {e.strerror}.",
        where=str(file),
        safe="Nothing was written, and no export was recorded.",
        todo="Name a new file in a folder that you may write to.",
    )
