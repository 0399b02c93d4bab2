"""Who was enrolled, banned or shares a name, by an operator's book."""

from __future__ import annotations

from common.audit.verify_tally import Tally
from common.book import BookKind
from common.book_file import BookExport
from common.errors import InputError
from common.keys import PublicIdentity


def members(book: BookExport) -> dict[str, PublicIdentity]:
    """Everybody that was ever enrolled, by fingerprint."""
    known = {}
    for e in book.entries:
        if e.kind is BookKind.ENROL:
            try:
                public = PublicIdentity.from_hex(e.subject)
            except InputError:
                continue  # named by common.book_check already
            known[public.fingerprint] = public
    return known


def bans(book: BookExport) -> dict[str, frozenset[str]]:
    """Who was banned when a plan was made, by plan digest."""
    names = {key.hex: name for name, key in members(book).items()}
    now: frozenset[str] = frozenset()
    found = {}
    for e in book.entries:
        if e.kind is BookKind.BAN:
            now |= {e.subject}
        elif e.kind is BookKind.UNBAN:
            now -= {e.subject}
        elif e.kind is BookKind.ENROL and now:
            now -= {names.get(e.subject, "")}
        elif e.kind is BookKind.PLAN:
            found[e.subject] = now
    return found


def enrolled(book: BookExport) -> dict[str, dict[str, PublicIdentity]]:
    """Who was enrolled and not banned when a plan was made, by plan digest: fingerprint -> key."""
    by_key = {key.hex: (name, key) for name, key in members(book).items()}
    known: dict[str, PublicIdentity] = {}
    out, found = bans(book), {}
    for e in book.entries:
        if e.kind is BookKind.ENROL and e.subject in by_key:
            name, key = by_key[e.subject]
            known[name] = key
        elif e.kind is BookKind.PLAN:
            found[e.subject] = {n: k for n, k in known.items() if n not in out[e.subject]}
    return found


def check_names(book: BookExport, tally: Tally) -> None:
    """One name under several keys is a shop that started anew."""
    keys: dict[str, list[str]] = {}
    for e in book.entries:
        if e.kind is BookKind.ENROL and e.label and e.subject not in keys.setdefault(e.label, []):
            keys[e.label].append(e.subject)
    for label, subjects in keys.items():
        if len(subjects) > 1:
            marks = ", ".join(s[:16] for s in subjects)
            tally.note(
                f"The shop '{label}' was enrolled under {len(subjects)} keys ({marks}...): it started "
                "anew, and its earlier epsilon counts too; add the figures of all its ledgers."
            )
